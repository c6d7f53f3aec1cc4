// SPDX-License-Identifier: Apache-2.0
//
// load_profile: the profile that `[engine] profile` names, from where profiles are kept.
//
//     Result<policy::Profile> profile = load_profile(settings.profile);
//
// A name is looked up as NAME.conf in /etc/smarttls/profiles, then in the folder of the shipped
// ones; an absolute path is taken as it is.
// Threads: any. Errors: Misconfigured, with the file or the folders that were searched.
#pragma once

#include <string>
#include <vector>

#include "policy/profile.h"

namespace smarttls::engine {

[[nodiscard]] policy::Result<policy::Profile> load_profile(const std::string& name_or_path);

/// The same, with the folders to search, first match wins.
[[nodiscard]] policy::Result<policy::Profile> load_profile(const std::string& name_or_path,
                                                           const std::vector<std::string>& folders);

}  // namespace smarttls::engine
