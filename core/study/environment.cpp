#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <sys/utsname.h>
#include <torch/version.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <opencv2/core/version.hpp>
#include <sstream>
#include <string_view>

#include "study/compare.h"
#include "study/cpu_features.h"

namespace mantissa {
namespace {

/// The value of the first line of /proc/cpuinfo with this key; empty where there is none.
std::string cpuInfo(std::string_view key) {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.starts_with(key))
            if (const auto colon = line.find(": "); colon != std::string::npos) return line.substr(colon + 2);
    return {};
}

/// As Linux names it; where it names none (ARM), the kind of machine.
std::string cpuName() {
    if (auto name = cpuInfo("model name"); !name.empty()) return name;
    utsname system{};
    return uname(&system) == 0 ? system.machine : "unknown";
}

// Vectors, and what converts or multiplies in 16 and 8 bits; x86-64 first, then ARM.
constexpr std::array<std::string_view, 20> kArithmetic{
    "avx2",        "fma",         "f16c",     "avx512f",        "avx512_vnni",
    "avx512_bf16", "avx512_fp16", "avx_vnni", "avx_ne_convert", "amx_tile",
    "amx_int8",    "amx_bf16",    "amx_fp16", "asimd",          "fphp",
    "asimdhp",     "sve",         "sve2",     "bf16",           "i8mm"};

}  // namespace

Environment environment() {
    static const std::string cpu = cpuName();
    return {.mantissa = MANTISSA_VERSION,
            .libtorch = TORCH_VERSION,
            .opencv = CV_VERSION,
            .cpu = cpu,
            .threads = at::get_num_threads()};
}

CpuFeatures cpuFeatures() {
    CpuFeatures features{.libtorch = at::get_cpu_capability(), .arithmetic = {}};
    std::istringstream words(cpuInfo("flags") + ' ' + cpuInfo("Features"));
    for (std::string word; words >> word;)
        if (std::find(kArithmetic.begin(), kArithmetic.end(), word) != kArithmetic.end())
            features.arithmetic.push_back(word);
    return features;
}

}  // namespace mantissa
