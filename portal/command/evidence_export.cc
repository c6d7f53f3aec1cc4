// SPDX-License-Identifier: Apache-2.0
#include "portal/command/evidence_export.h"

#include <algorithm>
#include <boost/program_options.hpp>
#include <filesystem>

#include "portal/command/evidence_checkpoint.h"
#include "portal/command/evidence_open.h"
#include "portal/command/exit_status.h"
#include "portal/command/parse_words.h"
#include "store/evidence_bundle.h"
#include "store/log/bundle_report.h"
#include "store/sealing/durable_file.h"

namespace smarttls::portal {
namespace {

namespace po = boost::program_options;
using policy::because;
using policy::ErrorKind;
using policy::fail;
using policy::Result;
using store::Database;
using store::ExportedBundle;
using store::StoredCheckpoint;

constexpr std::string_view kUsage =
    "usage: smarttls evidence export QUEUE-ID [-o FILE]\n"
    "\n"
    "Writes all evidence about the message into one file (JSON), with the proof that it is in the log.\n"
    "Whoever has the file and the key that \"smarttls evidence checkpoint --key\" prints can verify it\n"
    "without this machine: \"smarttls evidence verify FILE --key KEY\". It holds mail addresses in clear\n"
    "where the private keys are at hand; what cannot be read here, or was erased, is proved to exist and\n"
    "not shown.\n"
    "\n"
    "  -o, --output FILE   a new file, for its owner alone; without it to standard output\n"
    "  --portal            what the portal's own log says\n"
    "\n"
    "Exit status: 0 written, 1 nothing found, 2 usage, 69 unavailable, 78 configuration.\n";

struct Arguments {
    std::string queue_id;
    std::string output;
    bool help = false;
};

Result<Arguments> parse(const std::vector<std::string>& words) {
    Arguments arguments;
    po::options_description options;
    options.add_options()("help,h", po::bool_switch(&arguments.help))("output,o", po::value(&arguments.output))(
        "queue-id", po::value(&arguments.queue_id));
    const auto values = parse_words(words, options, "queue-id");
    if (!values) return tl::unexpected(values.error());
    if (arguments.help || !arguments.queue_id.empty()) return arguments;
    return fail(ErrorKind::Malformed, "evidence export: the queue id is missing");
}

/// The newest one, or one that is signed for the purpose.
Result<StoredCheckpoint> checkpoint_for(const policy::StoreSettings& settings, std::int64_t id, Database& database) {
    auto newest = store::newest_checkpoint(database);
    if (!newest) return tl::unexpected(newest.error());
    if (*newest && (*newest)->size >= static_cast<std::uint64_t>(id)) return **std::move(newest);
    auto fresh = sign_now(settings);
    if (!fresh) {
        return because(fresh, "no checkpoint covers this evidence yet (the milter signs one each minute), and none can be signed by you");
    }
    if (!*fresh) return fail(ErrorKind::Corrupt, "the log is empty, and there is evidence");
    return **std::move(fresh);
}

Result<ExportedBundle> collect(const policy::Config& config, const std::vector<store::StoredEvidence>& found,
                               store::EvidenceReader& reader) {
    auto database = Database::open(config.store.evidence, store::OpenMode::ReadOnly);
    if (!database) return tl::unexpected(database.error());
    std::vector<std::int64_t> ids;
    for (const auto& one : found) ids.push_back(one.id);
    const auto checkpoint = checkpoint_for(config.store, *std::max_element(ids.begin(), ids.end()), *database);
    if (!checkpoint) return tl::unexpected(checkpoint.error());
    return store::bundle_of(std::move(ids), *checkpoint, reader, *database);
}

/// What would not hold at the other end must not leave: by whatever key the note is signed, all below it has to fit.
Result<void> check(const store::Bundle& bundle) {
    const auto root = store::claimed_checkpoint(bundle.checkpoint);
    if (!root) return because(root, "the checkpoint");
    for (const store::BundleRecord& record : bundle.records) {
        const auto included = store::verify_inclusion({record.index, root->size}, record.leaf(), record.proof, root->root);
        if (!included) {
            return because(included, "record " + std::to_string(record.index + 1) +
                                         " is not what was signed (see smarttls evidence verify --log)");
        }
    }
    return policy::ok();
}

Result<void> write(const std::string& text, const std::string& path, std::ostream& out) {
    if (path.empty()) {
        out << text << std::flush;
        if (out) return policy::ok();
        return fail(ErrorKind::Temporary, "the standard output takes no more");
    }
    constexpr mode_t kOwnerAlone = 0600;
    const std::filesystem::path file(path);
    const std::string directory = file.has_parent_path() ? file.parent_path().string() : ".";
    auto created = store::DurableFile::create(directory, kOwnerAlone);
    if (!created) return because(created, path);
    if (auto written = created->write(store::bytes_of(text)); !written) return because(written, path);
    const auto published = created->publish(file.filename().string());
    if (!published) return because(published, path);
    if (*published) return policy::ok();
    return fail(ErrorKind::Permanent, path + " is there already, and is not replaced");
}

void tell(const ExportedBundle& exported, std::ostream& err) {
    err << exported.bundle.records.size() << " record(s), " << exported.readable << " part(s) readable";
    if (exported.sealed > 0) err << ", " << exported.sealed << " sealed, since no private key is at hand";
    if (exported.erased > 0) err << ", " << exported.erased << " erased";
    err << "\n";
}

}  // namespace

int evidence_export(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out,
                    std::ostream& err, Style) {
    const auto arguments = parse(words);
    if (!arguments) return complain_about_usage(arguments.error(), "evidence export", err);
    if (arguments->help) {
        out << kUsage;
        return kExitYes;
    }
    auto reader = open_evidence(config);
    if (!reader) return complain(reader.error(), err);
    const auto found = reader->by_queue_id(arguments->queue_id);
    if (!found) return complain(found.error(), err);
    if (found->empty()) {
        err << "smarttls: there is no evidence about " << printable(arguments->queue_id) << "\n";
        return kExitNo;
    }
    const auto exported = collect(config, *found, *reader);
    if (!exported) return complain(exported.error(), err);
    if (auto checked = check(exported->bundle); !checked) return complain(checked.error(), err);
    const auto written = write(write_bundle(exported->bundle), arguments->output, out);
    if (!written) return complain(written.error(), err);
    tell(*exported, err);
    return kExitYes;
}

}  // namespace smarttls::portal
