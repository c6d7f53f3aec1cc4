// SPDX-License-Identifier: Apache-2.0
#include "store/log/note_key.h"

#include <sodium.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "policy/text.h"
#include "store/sealing/durable_file.h"
#include "store/sealing/sodium_start.h"

namespace smarttls::store {
namespace {

using policy::ErrorKind;
using policy::fail;

static_assert(sizeof(PublicSigningKey) == crypto_sign_PUBLICKEYBYTES);
static_assert(NoteSigner::kSignatureSize == crypto_sign_BYTES);

constexpr std::uint8_t kEd25519 = 0x01;  // C2SP signed-note, signature types
constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLongestKeyFile = 512;
constexpr std::string_view kPrivate = "PRIVATE+KEY+";
constexpr std::size_t kSeed = crypto_sign_SEEDBYTES;
constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;

/// The specification forbids Unicode spaces and plus; ours are of printable ASCII.
Result<void> check_name(std::string_view name) {
    const bool valid = !name.empty() && name.size() <= kLongestName &&
                       std::all_of(name.begin(), name.end(), [](char byte) {
                           return byte > ' ' && byte <= '~' && byte != '+';
                       });
    if (valid) return policy::ok();
    return fail(ErrorKind::Malformed, policy::quote(name) + " is no name of a key: that is 1 to " +
                                          std::to_string(kLongestName) +
                                          " bytes of ASCII without spaces and +");
}

KeyId key_id(std::string_view name, ByteView key) {
    static constexpr std::array<std::uint8_t, 2> kBetween{'\n', kEd25519};
    const Hash hash = sha256({bytes_of(name), kBetween, key});
    KeyId id{};
    std::copy_n(hash.begin(), id.size(), id.begin());
    return id;
}

/// The three fields of a key's text; names have no plus, Base64 has.
struct Fields {
    std::string_view name;
    std::string_view id;
    std::string_view key;
};

std::optional<Fields> split_key(std::string_view text) {
    const std::size_t first = text.find('+');
    if (first == std::string_view::npos) return std::nullopt;
    const std::size_t second = text.find('+', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    return Fields{text.substr(0, first), text.substr(first + 1, second - first - 1),
                  text.substr(second + 1)};
}

/// Text that is wiped behind itself.
struct SecretText {
    std::string text;
    explicit SecretText(std::string secret) : text(std::move(secret)) {}
    SecretText(const SecretText&) = delete;
    SecretText& operator=(const SecretText&) = delete;
    ~SecretText() { sodium_memzero(text.data(), text.size()); }
};

}  // namespace

NoteVerifier::NoteVerifier(std::string name, const PublicSigningKey& key)
    : name_(std::move(name)), key_(key), id_(key_id(name_, key)) {}

Result<NoteVerifier> NoteVerifier::create(std::string name, const PublicSigningKey& key) {
    if (auto valid = check_name(name); !valid) return tl::unexpected(valid.error());
    return NoteVerifier(std::move(name), key);
}

Result<NoteVerifier> NoteVerifier::parse(std::string_view text) {
    const auto wrong = [&](const std::string& what) {
        return fail(ErrorKind::Malformed, "verifier key " + policy::quote(text) + ": " + what);
    };
    const auto fields = split_key(text);
    if (!fields) return wrong("it should be <name>+<key id>+<key>");
    auto bytes = parse_base64(fields->key);
    if (!bytes) return wrong(bytes.error().what);
    if (bytes->size() != 1 + sizeof(PublicSigningKey) || bytes->front() != kEd25519) {
        return wrong("it is not of type Ed25519");
    }
    PublicSigningKey key{};
    std::copy(bytes->begin() + 1, bytes->end(), key.begin());
    auto verifier = create(std::string(fields->name), key);
    if (!verifier) return wrong(verifier.error().what);
    if (to_hex(verifier->id_) != fields->id) {
        return wrong("its id should be " + to_hex(verifier->id_));
    }
    return verifier;
}

std::string NoteVerifier::str() const {
    Bytes typed{kEd25519};
    typed.insert(typed.end(), key_.begin(), key_.end());
    return name_ + "+" + to_hex(id_) + "+" + to_base64(typed);
}

Result<void> NoteVerifier::verify(std::string_view text, ByteView signature) const {
    const ByteView message = bytes_of(text);
    if (signature.size() == crypto_sign_BYTES &&
        crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                    key_.data()) == 0) {
        return policy::ok();
    }
    return fail(ErrorKind::Untrusted,
                "the signature of " + name_ + " (key " + to_hex(id_) + ") does not verify");
}

void NoteSigner::Wipe::operator()(std::uint8_t* bytes) const noexcept {
    sodium_free(bytes);
}

Result<NoteSigner::Secret> NoteSigner::allocate(std::size_t size) {
    if (auto started = start_sodium(); !started) return tl::unexpected(started.error());
    Secret bytes(static_cast<std::uint8_t*>(sodium_malloc(size)));
    if (!bytes) return fail(ErrorKind::Temporary, "no locked memory is left for a signing key");
    return bytes;
}

Result<NoteSigner> NoteSigner::from_seed(const std::string& name, const Secret& seed) {
    auto secret = allocate(crypto_sign_SECRETKEYBYTES);
    if (!secret) return tl::unexpected(secret.error());
    PublicSigningKey key{};
    crypto_sign_seed_keypair(key.data(), secret->get(), seed.get());
    auto verifier = NoteVerifier::create(name, key);
    if (!verifier) return tl::unexpected(verifier.error());
    return NoteSigner(*std::move(verifier), *std::move(secret));
}

Result<NoteSigner> NoteSigner::create(const std::string& name) {
    auto seed = allocate(kSeed);
    if (!seed) return tl::unexpected(seed.error());
    randombytes_buf(seed->get(), kSeed);
    return from_seed(name, *seed);
}

// What is wrong is said without the text: it is secret.
Result<NoteSigner> NoteSigner::parse(std::string_view text) {
    const auto wrong = [](const std::string& what) { return fail(ErrorKind::Malformed, what); };
    if (!text.starts_with(kPrivate))
        return wrong("it does not begin with " + std::string(kPrivate));
    const auto fields = split_key(text.substr(kPrivate.size()));
    if (!fields) return wrong("it should be PRIVATE+KEY+<name>+<key id>+<key>");
    auto typed = allocate(1 + kSeed);
    auto seed = allocate(kSeed);
    if (!typed) return tl::unexpected(typed.error());
    if (!seed) return tl::unexpected(seed.error());
    std::size_t size = 0;
    if (sodium_base642bin(typed->get(), 1 + kSeed, fields->key.data(), fields->key.size(), nullptr,
                          &size, nullptr, kVariant) != 0 ||
        size != 1 + kSeed || **typed != kEd25519) {
        return wrong("its last field is not the Base64 of an Ed25519 key");
    }
    std::copy_n(typed->get() + 1, kSeed, seed->get());
    auto signer = from_seed(std::string(fields->name), *seed);
    if (!signer) return signer;
    if (to_hex(signer->verifier().id()) != fields->id) return wrong("its key id is of another key");
    return signer;
}

NoteSigner::Signature NoteSigner::sign(std::string_view text) const {
    const ByteView message = bytes_of(text);
    Signature signature{};
    crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(), secret_.get());
    return signature;
}

Result<bool> NoteSigner::store(const std::string& directory, const std::string& file) const {
    constexpr mode_t kOwnerAlone = 0400;
    auto typed = allocate(1 + kSeed);
    if (!typed) return tl::unexpected(typed.error());
    **typed = kEd25519;
    std::copy_n(secret_.get(), kSeed, typed->get() + 1);  // it begins with the seed
    const SecretText encoded(to_base64({typed->get(), 1 + kSeed}));
    std::string start(kPrivate);
    start.append(verifier_.name()).append("+").append(to_hex(verifier_.id())).append("+");
    auto written = DurableFile::create(directory, kOwnerAlone);
    if (!written) return because(written, file);
    for (const std::string_view piece :
         {std::string_view(start), std::string_view(encoded.text), std::string_view("\n")}) {
        if (auto done = written->write(bytes_of(piece)); !done) return because(done, file);
    }
    return written->publish(file);
}

Result<NoteSigner> load_signer(const std::string& directory, const std::string& file) {
    const std::string path = directory + "/" + file;
    auto content = read_file(path, kLongestKeyFile);
    if (!content) return because(content, "the signing key");
    const SecretText line(*std::move(content));
    const bool ended = line.text.ends_with('\n');
    auto signer =
        NoteSigner::parse(std::string_view(line.text).substr(0, line.text.size() - ended));
    if (!signer && signer.error().kind == ErrorKind::Malformed) {
        return fail(ErrorKind::Corrupt, path + " is not a signing key: " + signer.error().what);
    }
    return signer;
}

Result<NoteSigner> open_signer(const std::string& directory, const std::string& file,
                               const std::string& name) {
    std::error_code ignored;
    if (!std::filesystem::exists(directory + "/" + file, ignored)) {
        auto created = NoteSigner::create(name);
        if (!created) return created;
        auto stored = created->store(directory, file);
        if (!stored) return tl::unexpected(stored.error());
        if (*stored) return created;  // else somebody else was faster
    }
    auto signer = load_signer(directory, file);
    if (!signer || signer->verifier().name() == name) return signer;
    return fail(ErrorKind::Misconfigured, directory + "/" + file + " is the signing key of " +
                                              signer->verifier().name() + ", not of " + name);
}

}  // namespace smarttls::store
