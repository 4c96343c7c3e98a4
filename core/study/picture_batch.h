#pragma once

// Private to core/study: includes LibTorch.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <stop_token>
#include <vector>

#include "image/picture_set.h"
#include "image/preprocess.h"
#include "study/evaluate.h"

namespace mantissa {

/// Pictures as a model sees them.
struct PictureBatch {
    std::vector<std::uint32_t> pictures;  ///< indices into the set
    at::Tensor input;                     ///< [N, 3, H, W], FP32; undefined where N is 0
    std::vector<SkippedPicture> skipped;
};

/// Decodes and preprocesses the pictures first … last − 1 on LibTorch's threads.
PictureBatch loadBatch(const PictureSet& set, const Preprocessing& how, std::size_t first, std::size_t last);

}  // namespace mantissa
