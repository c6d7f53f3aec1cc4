// SPDX-License-Identifier: Apache-2.0
//
// A real time stamping authority: openssl-ts(1) with certificates made for one run. Its CA is
// <directory>/ca.pem; signers are tsa (good), and wrong ones by what is wrong with them.
// Threads: one.
#pragma once

#include <fstream>
#include <sstream>

#include "../scratch.h"
#include "store/log/hash.h"

namespace smarttls::store::test {

class TestAuthority {
  public:
    TestAuthority() {
        write("ts.cnf", std::string("[good]\nserial = ") + file("serial") +
                            "\ncrypto_device = builtin\ndefault_policy = 1.3.6.1.4.1.99999.1\n"
                            "digests = sha256, sha512\nsigner_digest = sha256\naccuracy = secs:1\n"
                            "ess_cert_id_alg = sha256\n[sha1]\nserial = " +
                            file("serial") +
                            "\ndefault_policy = 1.3.6.1.4.1.99999.1\ndigests = sha256\n"
                            "signer_digest = sha256\ness_cert_id_alg = sha1\n");
        make_ca("ca");
        make_ca("other");
        make_signer("tsa", "critical,timeStamping", "30");
        make_signer("day", "critical,timeStamping", "1");
        make_signer("past", "critical,timeStamping", "-1");
        make_signer("two", "critical,timeStamping,1.3.6.1.4.1.99999.2", "30");
    }

    [[nodiscard]] std::string file(const std::string& name) const { return scratch_.file(name); }
    /// The answer to a request, by one of the signers.
    [[nodiscard]] Bytes reply(ByteView request, const std::string& signer = "tsa",
                              const std::string& section = "good") const {
        write("request", {reinterpret_cast<const char*>(request.data()), request.size()});
        run("openssl ts -reply -config ts.cnf -section " + section +
            " -queryfile request -signer " + signer + ".pem -inkey " + signer +
            ".key -chain ca.pem -out response");
        return read("response");
    }
    /// A certificate for 127.0.0.1, <name>.pem.
    void make_web_server(const std::string& name) const {
        make_signer(name, "serverAuth\nsubjectAltName = IP:127.0.0.1", "30");
    }
    void write(const std::string& name, std::string_view content) const {
        std::ofstream(file(name), std::ios::binary) << content;
    }

  private:
    [[nodiscard]] Bytes read(const std::string& name) const {
        std::ostringstream content;
        content << std::ifstream(file(name), std::ios::binary).rdbuf();
        const std::string text = content.str();
        return {text.begin(), text.end()};
    }
    void run(const std::string& command) const {
        const std::string whole = "cd " + file("") + " && " + command + " >log 2>&1 </dev/null";
        if (std::system(whole.c_str()) != 0) throw std::runtime_error(command);
    }
    void make_ca(const std::string& name) const {
        run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "
            "/CN=" +
            name + " -keyout " + name + ".key -out " + name + ".pem");
    }
    void make_signer(const std::string& name, const std::string& usage,
                     const std::string& days) const {
        write(name + ".ext",
              "extendedKeyUsage = " + usage + "\nkeyUsage = critical,digitalSignature");
        run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=" + name +
            " -keyout " + name + ".key -out " + name + ".csr");
        run("openssl x509 -req -in " + name +
            ".csr -CA ca.pem -CAkey ca.key -CAcreateserial -days " + days + " -extfile " + name +
            ".ext -out " + name + ".pem");
    }

    ScratchDirectory scratch_;
};

}  // namespace smarttls::store::test
