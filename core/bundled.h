#pragma once

#include <filesystem>
#include <vector>

namespace mantissa {

/// The models that come with Mantissa: Hugging Face folders, the one shown at first start first.
std::vector<std::filesystem::path> bundledModels();

/// The sample pictures that come with Mantissa, the one shown at first start first.
std::vector<std::filesystem::path> bundledSamples();

}  // namespace mantissa
