#pragma once

#include <QString>
#include <cstddef>

namespace mantissa::ui {

/// "1 module", "12 modules".
QString modulesText(std::size_t count);

/// "1 module stays in FP32", "2 modules stay in FP32": those that the user keeps out of every cast.
QString keptModulesText(std::size_t count);

}  // namespace mantissa::ui
