#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench.h"

namespace mantissa::bench {

/// The Python that ./bootstrap bench sets up; it may not be there.
std::filesystem::path peerPython();

Outcome notMeasured(std::string why);
Outcome withoutPeer();

/// Runs a program with its standard output in `output`; its exit code.
int execute(const std::vector<std::string>& command, const std::filesystem::path& output);

/// Throws nlohmann's exceptions where it is no JSON.
nlohmann::json readJson(const std::filesystem::path& path);

}  // namespace mantissa::bench
