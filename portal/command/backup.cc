// SPDX-License-Identifier: Apache-2.0
#include "portal/command/backup.h"

#include <boost/program_options.hpp>

#include "portal/command/evidence_open.h"
#include "portal/command/exit_status.h"
#include "portal/command/parse_words.h"
#include "portal/command/person.h"
#include "store/backup.h"
#include "store/restore.h"

namespace smarttls::portal {
namespace {

namespace po = boost::program_options;
using policy::ErrorKind;
using policy::Result;

constexpr std::string_view kBackupUsage =
    "usage: smarttls backup DIRECTORY [--with-keys DIRECTORY]\n"
    "\n"
    "Copies the evidence while the milter writes, checks each leaf of the copy against the log and its newest\n"
    "checkpoint, and leaves it with a manifest in a new directory, which is there whole or not at all.\n"
    "\n"
    "  --with-keys DIRECTORY  the wrapped keys, too, to a new directory of their own. Keep it apart and delete it\n"
    "                         sooner: what is erased can be read as long as both backups are there.\n"
    "  --portal               the portal's own log instead of the milter's\n"
    "\n"
    "Not in it: messages kept for pickup ([store] sealed), address-key, log-key, public-keys and the portal's private\n"
    "keys. These are files that never change; copy them with any other program.\n"
    "\n"
    "Exit status: 0 made and checked, 2 usage, 69 not made, 78 the directory is there already or cannot be made.\n";

constexpr std::string_view kRestoreUsage =
    "usage: smarttls restore DIRECTORY [--with-keys DIRECTORY] [--checkpoint FILE] [--force-rollback]\n"
    "\n"
    "Puts a backup in the place of the evidence; the milter has to be stopped. The backup has to be what its\n"
    "manifest says. One that is shorter than the log that is here, or than a checkpoint that was kept elsewhere,\n"
    "or of another history, is refused. What was erased is erased again.\n"
    "\n"
    "  --with-keys DIRECTORY  a backup of the keys; those that are here stay\n"
    "  --checkpoint FILE      the newest checkpoint of this log that you know of\n"
    "  --force-rollback       although evidence gets lost\n"
    "  --portal               the portal's own log; the portal has to be stopped\n"
    "\n"
    "Exit status: 0 restored, 1 refused, 2 usage, 69 nothing was changed, 78 configuration.\n";

struct Arguments {
    std::string directory;
    std::string keys;
    std::string checkpoint;
    bool force = false;
    bool help = false;
};

Result<Arguments> parse(const std::vector<std::string>& words, bool restores) {
    Arguments arguments;
    po::options_description options;
    options.add_options()("directory", po::value(&arguments.directory))("with-keys", po::value(&arguments.keys))(
        "help,h", po::bool_switch(&arguments.help));
    if (restores) {
        options.add_options()("checkpoint", po::value(&arguments.checkpoint))("force-rollback",
                                                                              po::bool_switch(&arguments.force));
    }
    const auto values = parse_words(words, options, "directory");
    if (!values) return tl::unexpected(values.error());
    if (arguments.help || !arguments.directory.empty()) return arguments;
    return policy::fail(ErrorKind::Malformed, "the directory of the backup is wanted");
}

void tell(const store::RestoreState& done, std::ostream& out) {
    out << "Restored " << done.size << " records";
    if (done.replaced != 0) out << " in the place of " << done.replaced;
    out << "; each is what the log says.\n";
    if (done.erased_again.parts != 0) out << done.erased_again.parts << " parts that had been erased were erased again.\n";
    if (!done.tombstones_known) {
        out << "What was erased after this backup was made is not known here: erase it again.\n";
    }
}

}  // namespace

int backup(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out, std::ostream& err, Style) {
    const auto arguments = parse(words, false);
    if (!arguments) return complain_about_usage(arguments.error(), "backup", err);
    if (arguments->help) {
        out << kBackupUsage;
        return kExitYes;
    }
    const auto made = store::back_up(config.store, {arguments->directory, arguments->keys});
    if (!made) return complain(made.error(), err);
    out << "Backed up " << made->size << " records to " << printable(arguments->directory) << "; each is what the log says"
        << (made->checkpoint == 0 ? "" : ", and so is the checkpoint of size " + std::to_string(made->checkpoint)) << ".\n"
        << "Root " << store::to_base64(made->root) << "\n";
    return kExitYes;
}

int restore(const policy::Config& config, const std::vector<std::string>& words, std::ostream& out, std::ostream& err, Style) {
    const auto arguments = parse(words, true);
    if (!arguments) return complain_about_usage(arguments.error(), "restore", err);
    if (arguments->help) {
        out << kRestoreUsage;
        return kExitYes;
    }
    const auto done = store::restore(config.store, {arguments->directory, arguments->keys, arguments->checkpoint,
                                                    arguments->force, person(), config.version});
    if (!done) {
        const int status = complain(done.error(), err);
        return done.error().kind == ErrorKind::Permanent ? kExitNo : status;
    }
    tell(*done, out);
    return kExitYes;
}

}  // namespace smarttls::portal
