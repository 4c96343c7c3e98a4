#pragma once

#include <filesystem>

#include "image/preprocess.h"
#include "result.h"

namespace mantissa {

/// Reads a Hugging Face `preprocessor_config.json`. What it does not hold is not assumed, with one exception that the format itself
/// makes: processors other than MobileViT's normalise when they hold mean and deviation and do not say `do_normalize`.
Result<Preprocessing> readPreprocessorConfig(const std::filesystem::path& path);

}  // namespace mantissa
