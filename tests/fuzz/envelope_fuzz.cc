// SPDX-License-Identifier: Apache-2.0
//
// An envelope address, as the MTA hands on what a client wrote.
#include <array>

#include "milter/envelope.h"
#include "tests/fuzz/fuzz.h"

namespace smarttls::fuzz {
namespace {

using policy::Floor;

void judge_floor(std::string_view address, Floor floor) {
    const std::string tagged = milter::with_floor(address, floor);
    const auto carried = milter::floor_of(tagged);
    require(carried && *carried >= floor, "an address has the floor that it was given");
    require(milter::with_floor(tagged, floor) == tagged, "a tag that is there stays");
    require(milter::domain_of(tagged) == milter::domain_of(address), "a tag leaves the domain alone");
    require(milter::is_routed(address) || !milter::is_routed(tagged), "a tag makes no route");
    require(tagged.size() <= address.size() + std::string_view("+smarttls-encrypted").size(),
            "an address has one tag");
    require(milter::floor_of(milter::with_floor(tagged, Floor::Dane)) == Floor::Dane,
            "a tag can be raised to the highest");
}

}  // namespace

void judge(std::string_view input) {
    const std::string address = milter::without_brackets(input);
    for (const Floor floor : {Floor::Encrypted, Floor::Pkix, Floor::MtaSts, Floor::Dane}) {
        judge_floor(address, floor);
    }
    require(milter::without_brackets("<" + address + ">") == address, "brackets come off");
}

}  // namespace smarttls::fuzz
