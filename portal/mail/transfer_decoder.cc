// SPDX-License-Identifier: Apache-2.0
#include "portal/mail/transfer_decoder.h"

namespace smarttls::portal {
namespace {

GMimeContentEncoding gmime_encoding(TransferEncoding encoding) {
    switch (encoding) {
        case TransferEncoding::Base64: return GMIME_CONTENT_ENCODING_BASE64;
        case TransferEncoding::QuotedPrintable: return GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
        case TransferEncoding::Uuencode: return GMIME_CONTENT_ENCODING_UUENCODE;
        case TransferEncoding::Identity: break;
    }
    return GMIME_CONTENT_ENCODING_BINARY;
}

}  // namespace

TransferDecoder::TransferDecoder(TransferEncoding encoding) {
    g_mime_encoding_init_decode(&state_, gmime_encoding(encoding));
}

std::string TransferDecoder::decode(std::string_view piece) {
    std::string out(g_mime_encoding_outlen(&state_, piece.size()), '\0');
    out.resize(g_mime_encoding_step(&state_, piece.data(), piece.size(), out.data()));
    return out;
}

std::string TransferDecoder::flush() {
    std::string out(g_mime_encoding_outlen(&state_, 0) + 16, '\0');
    out.resize(g_mime_encoding_flush(&state_, "", 0, out.data()));
    return out;
}

}  // namespace smarttls::portal
