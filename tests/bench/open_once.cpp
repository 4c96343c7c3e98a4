#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>

#include "graph/model.h"

// Opens one model in a process of its own and tells the time it took and the most memory that the process had.

namespace {

/// VmHWM of /proc/self/status, bytes; proc(5).
long long peakResident() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) return 1024 * std::stoll(line.substr(line.find(':') + 1));
    return -1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    const auto start = std::chrono::steady_clock::now();
    const auto model = mantissa::openModel(argv[1]);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (!model) {
        std::fprintf(stderr, "%s\n", model.error().text().c_str());
        return 1;
    }
    std::printf("{\"seconds\": %.6f, \"resident\": %lld, \"parameters\": %lld}\n", seconds, peakResident(),
                static_cast<long long>((*model)->parameterCount()));
    return 0;
}
