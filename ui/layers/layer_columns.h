#pragma once

#include <QString>

#include "layers/layer_model.h"

namespace mantissa::ui {

/// A column's header, and what its tool tip says.
struct ColumnWords {
    QString name, help;
};

/// Of LayerModel::Column; without a report the format has no name yet.
ColumnWords wordsOf(int column, const LayersReport* report, LayerPart part);

}  // namespace mantissa::ui
