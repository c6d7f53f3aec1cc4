// SPDX-License-Identifier: Apache-2.0
#include "milter/libmilter_actions.h"

#include "milter/disposition.h"

namespace smarttls::milter {

using policy::Result;

namespace {

Result<void> taken(int status, const char* what) {
    if (status == MI_SUCCESS) return policy::ok();
    return policy::fail(policy::ErrorKind::Temporary,
                        std::string("the MTA did not take ") + what);
}

}  // namespace

Result<void> LibmilterActions::change_sender(const std::string& sender,
                                             const std::string& parameters) {
    std::string path = "<" + sender + ">";
    std::string arguments = parameters;
    return taken(smfi_chgfrom(context_, path.data(), arguments.data()), "the sender");
}

Result<void> LibmilterActions::remove_header(const std::string& name, int index) {
    std::string field = name;
    return taken(smfi_chgheader(context_, field.data(), index, nullptr), "a header's removal");
}

Result<void> LibmilterActions::change_header(const std::string& name, int index, const std::string& value) {
    std::string field = name;
    std::string text = value;
    return taken(smfi_chgheader(context_, field.data(), index, text.data()), "a header's change");
}

Result<void> LibmilterActions::add_header(const std::string& name, const std::string& value) {
    std::string field = name;
    std::string text = value;
    return taken(smfi_addheader(context_, field.data(), text.data()), "a header");
}

Result<void> LibmilterActions::put_header_on_top(const std::string& name,
                                                 const std::string& value) {
    std::string field = name;
    std::string text = value;
    return taken(smfi_insheader(context_, 0, field.data(), text.data()), "a header");
}

Result<void> LibmilterActions::remove_recipient(const std::string& path) {
    std::string writable = path;
    return taken(smfi_delrcpt(context_, writable.data()), "a recipient's removal");
}

Result<void> LibmilterActions::add_recipient(const std::string& path, const std::string& parameters) {
    std::string writable = path;
    std::string arguments = parameters;
    return taken(smfi_addrcpt_par(context_, writable.data(), arguments.data()), "a recipient");
}

Result<void> LibmilterActions::quarantine(const std::string& reason) {
    std::string text = printable(reason);
    return taken(smfi_quarantine(context_, text.data()), "the quarantine");
}

}  // namespace smarttls::milter
