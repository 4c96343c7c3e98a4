#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "image/preprocess.h"

namespace mantissa {

/// Reads the short note on preprocessing that weight files carry in their metadata, "RGB/255, mean .485 .456 .406 std
/// .229 .224 .225, 32x32" or "resize 256, crop 224, BGR 0..255 minus (104,117,123)": channel order and range; mean and
/// deviation in that order and range; the shortest edge after "resize", a square after "crop", height × width. Nothing
/// where a word is not understood or no size is said: half a note would mislead.
std::optional<Preprocessing> readPreprocessingNote(std::string_view note);

/// Preprocessing in words: "224 × 224 px from the centre, shorter edge 256, RGB / 255, mean 0.485 0.456 0.406, deviation
/// 0.229 0.224 0.225".
std::string preprocessingWords(const Preprocessing& preprocessing);

}  // namespace mantissa
