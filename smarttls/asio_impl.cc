// SPDX-License-Identifier: Apache-2.0
//
// The one unit that compiles Asio's own code (BOOST_ASIO_SEPARATE_COMPILATION).
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
