#pragma once

#include <filesystem>

#include "image/preprocess.h"
#include "result.h"

namespace mantissa {

/// Reads a Hugging Face `preprocessor_config.json`. What it does not hold is not assumed, with the exceptions that the format
/// itself makes: processors other than MobileViT's normalise when they hold mean and deviation and do not say `do_normalize`; those
/// of ViT, DeiT, ConvNext (which ResNet uses) and MobileNet do so in any case, with 0.5 where no mean is said, and ConvNext's
/// crops 224 / 256 of the shortest edge where it does not say `crop_pct`.
Result<Preprocessing> readPreprocessorConfig(const std::filesystem::path& path);

}  // namespace mantissa
