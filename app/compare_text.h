#pragma once

#include <string>
#include <vector>

#include "study/compare.h"

namespace mantissa::app {

/// A comparison as `mantissa compare` prints it: a column a format with how it ran, its classes, its differences from
/// the reference; then the verdicts, and what the measurement warns of.
std::string compareText(const CompareReport& report);

/// The model, what is to be known of how it is run, and the input that was assumed where no file says it; a line each.
std::string modelText(const Model& model, const Preprocessing& preprocessing, bool onPictures);

/// What ran where: model, picture or tensor, computer; a line each.
std::string subjectText(const Model& model, const Preprocessing& preprocessing, const std::optional<SourceImage>& image,
                        const std::optional<TensorInput>& tensor, const Environment& here);

/// What of the model is cast, and how, where that is not the usual; a line each.
std::string castText(CastScope scope, const std::vector<LayerFormat>& overrides, const QuantizationOptions& scales);

/// "aten::conv2d in layer conv_stem.convolution: not implemented for 'Half'."
std::string failureText(const Error& error);

}  // namespace mantissa::app
