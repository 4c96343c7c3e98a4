#pragma once

// Private to core/report: includes nlohmann-json.

#include <optional>
#include <span>
#include <string_view>

#include "graph/model.h"
#include "report/json_number.h"
#include "study/compare.h"

// What the JSON of every study that runs a model has in common.

namespace mantissa {

std::string_view modeName(RunMode mode);  ///< "native", "emulated"

OrderedJson environmentJson(const Environment& environment);

/// What the model is, how a picture is made ready for it, and its bytes in each of the formats.
OrderedJson modelJson(const Model& model, const Preprocessing& preprocessing, std::span<const Format> formats);

/// Sets "image" or "input": what the model ran on.
void addSource(OrderedJson& json, const std::optional<SourceImage>& image, const std::optional<TensorInput>& tensor);

OrderedJson overridesJson(const std::vector<LayerFormat>& overrides);  ///< a list of layer and format

OrderedJson failureJson(const Error& error);   ///< operator, layer, message
OrderedJson fallbackJson(const Error& error);  ///< the same, and the mode that failed

}  // namespace mantissa
