// SPDX-License-Identifier: Apache-2.0
//
// empty_filter SOCKET [nothing]: the least that a milter can be, to measure others against. It takes headers
// and body and looks at none of it; with "nothing" it has the MTA keep all of that to itself.
#include <libmilter/mfapi.h>

#include <cstring>
#include <string>

namespace {

bool takes_nothing = false;

extern "C" {
static sfsistat on_negotiate(SMFICTX*, unsigned long offered, unsigned long steps, unsigned long, unsigned long,
                             unsigned long* actions, unsigned long* chosen, unsigned long* f2, unsigned long* f3) {
    *actions = offered & SMFIF_ADDHDRS;
    const unsigned long none = SMFIP_NOCONNECT | SMFIP_NOHELO | SMFIP_NOMAIL | SMFIP_NORCPT | SMFIP_NODATA |
                               SMFIP_NOUNKNOWN | SMFIP_NOHDRS | SMFIP_NOEOH | SMFIP_NOBODY;
    *chosen = takes_nothing ? steps & none : 0;
    *f2 = *f3 = 0;
    return SMFIS_CONTINUE;
}
static sfsistat on_header(SMFICTX*, char*, char*) { return SMFIS_CONTINUE; }
static sfsistat on_end_of_headers(SMFICTX*) { return SMFIS_CONTINUE; }
static sfsistat on_body(SMFICTX*, unsigned char*, std::size_t) { return SMFIS_CONTINUE; }
static sfsistat on_end_of_message(SMFICTX*) { return SMFIS_CONTINUE; }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    takes_nothing = argc > 2 && std::strcmp(argv[2], "nothing") == 0;
    smfiDesc filter{};
    std::string name = "empty";
    filter.xxfi_name = name.data();
    filter.xxfi_version = SMFI_VERSION;
    filter.xxfi_flags = SMFIF_ADDHDRS;
    filter.xxfi_negotiate = on_negotiate;
    filter.xxfi_header = on_header;
    filter.xxfi_eoh = on_end_of_headers;
    filter.xxfi_body = on_body;
    filter.xxfi_eom = on_end_of_message;
    std::string socket = std::string("unix:") + argv[1];
    if (smfi_register(filter) != MI_SUCCESS || smfi_setconn(socket.data()) != MI_SUCCESS) return 1;
    return smfi_main();
}
