#include "module_words.h"

#include <QObject>

namespace mantissa::ui {

QString modulesText(std::size_t count) {
    return count == 1 ? QObject::tr("1 module") : QObject::tr("%1 modules").arg(count);
}

QString keptModulesText(std::size_t count) {
    return (count == 1 ? QObject::tr("%1 stays in FP32") : QObject::tr("%1 stay in FP32")).arg(modulesText(count));
}

}  // namespace mantissa::ui
