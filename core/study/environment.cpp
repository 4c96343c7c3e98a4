#include <ATen/Parallel.h>
#include <sys/utsname.h>
#include <torch/version.h>

#include <fstream>
#include <opencv2/core/version.hpp>
#include <string>

#include "study/compare.h"

namespace mantissa {
namespace {

/// As Linux names it; where it names none (ARM), the kind of machine.
std::string cpuName() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.starts_with("model name"))
            if (const auto colon = line.find(": "); colon != std::string::npos) return line.substr(colon + 2);
    utsname system{};
    return uname(&system) == 0 ? system.machine : "unknown";
}

}  // namespace

Environment environment() {
    static const std::string cpu = cpuName();
    return {.mantissa = MANTISSA_VERSION,
            .libtorch = TORCH_VERSION,
            .opencv = CV_VERSION,
            .cpu = cpu,
            .threads = at::get_num_threads()};
}

}  // namespace mantissa
