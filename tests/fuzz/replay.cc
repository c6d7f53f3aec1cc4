// SPDX-License-Identifier: Apache-2.0
//
// fuzz_NAME FOLDER...: judges each file of the folders, without libFuzzer. Says which file it is at, so
// that one that ends the program is known. Exit status 2 when there is no file to judge.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "tests/fuzz/fuzz.h"

namespace fs = std::filesystem;

namespace {

void replay(const fs::path& file) {
    std::cout << file.string() << std::endl;
    std::ifstream stream(file, std::ios::binary);
    const std::vector<unsigned char> bytes{std::istreambuf_iterator<char>(stream),
                                           std::istreambuf_iterator<char>()};
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

}  // namespace

int main(int count, char** arguments) {
    std::size_t judged = 0;
    for (int index = 1; index < count; ++index) {
        for (const auto& entry : fs::directory_iterator(arguments[index])) {
            replay(entry.path());
            ++judged;
        }
    }
    return judged == 0 ? 2 : 0;
}
