#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mantissa::bench {

/// Where benchmarks keep what they make, and the Python that peers run in; ./bootstrap bench sets it up.
std::filesystem::path workFolder();
std::filesystem::path peerPython();
bool hasPeer();

/// Runs a program with its standard output in `output`; its exit code.
int execute(const std::vector<std::string>& command, const std::filesystem::path& output);

nlohmann::json readJson(const std::filesystem::path& path);

}  // namespace mantissa::bench
