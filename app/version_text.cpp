#include "version_text.h"

#include <QtGlobal>

#include "study/compare.h"
#include "study/cpu_features.h"

namespace mantissa::app {

std::string versionText() {
    const Environment here = environment();
    const CpuFeatures cpu = cpuFeatures();
    std::string text = "mantissa " + here.mantissa;
    text += "\nLibTorch " + here.libtorch + ", CPU capability " + cpu.libtorch + ", " + std::to_string(here.threads) +
            (here.threads == 1 ? " thread" : " threads");
    text += std::string("\nQt       ") + qVersion();
    text += "\nOpenCV   " + here.opencv;
    text += "\nCPU      " + here.cpu;
    if (!cpu.arithmetic.empty()) text += "\n        ";
    for (const auto& feature : cpu.arithmetic) text += " " + feature;
    return text;
}

}  // namespace mantissa::app
