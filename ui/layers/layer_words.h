#pragma once

#include <QString>
#include <optional>
#include <vector>

#include "study/layers.h"

namespace mantissa::ui {

/// Of a layer's error, the part that is looked at.
enum class LayerPart { both, weights, activations, native };

/// Null where the format has no native kernels here.
const ArrayError* partOf(const LayerError& error, LayerPart part);
/// "weights rounded".
QString partText(LayerPart part);

/// "query" of "encoder.layer.0.attention.query", with the part before where it is a mere number: "layer.0". The model's
/// own name for the model itself.
QString layerName(const LayersReport& report, std::size_t index);
/// The whole path; the model's name for the model itself.
QString layerPath(const LayersReport& report, std::size_t index);
/// "conv2d, relu", or for what only holds modules "3 modules".
QString layerKind(const LayersReport& report, std::size_t index);

/// Layers with no modules below, in the order of the model.
std::vector<std::size_t> leavesOf(const LayersReport& report);

/// "22.4", "exact" where nothing differs, "—" where there is nothing to compare.
QString decibelText(double sqnrDb);

/// The largest distance in steps: "14", "0" where rounding alone is the difference, "exact", "—".
QString ulpText(const ArrayError& error);

/// Parameters of these modules that are their own, not those of modules below.
std::int64_t ownParameters(const LayersReport& report, const std::vector<std::string>& paths);

/// The first layer whose weights or results are NaN or infinite in the format; none where all are finite.
std::optional<std::size_t> firstNotFinite(const LayersReport& report);

/// One sentence over the whole model, and the quieter one below it.
QString layersFindingOf(const LayersReport& report);
QString layersDetailOf(const LayersReport& report);

}  // namespace mantissa::ui
