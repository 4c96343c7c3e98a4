#include "memory/memory_view.h"

#include <QObject>
#include <QStringList>
#include <algorithm>
#include <cmath>

#include "module_words.h"
#include "number_text.h"
#include "theme/format_look.h"

namespace mantissa::ui {
namespace {

std::int64_t scalesOf(const FormatMemory& memory, ScaleGranularity granularity) {
    return granularity == ScaleGranularity::channel ? memory.scaleBytes : memory.scaleBytesPerTensor;
}

std::int64_t weightsOf(const FormatMemory& memory) { return memory.parameterBytes + memory.bufferBytes; }

const FormatMemory* named(const MemoryReport& report, const char* name) {
    const auto found = std::find_if(report.formats.begin(), report.formats.end(),
                                    [name](const FormatMemory& one) { return one.format.name == name; });
    return found == report.formats.end() ? nullptr : &*found;
}

/// Titles of the formats whose weights take this share of FP32's, to within half a percent.
QStringList withShare(const MemoryReport& report, double share) {
    const FormatMemory* fp32 = fp32Of(report);
    QStringList titles;
    for (const auto& one : report.formats)
        if (fp32 && weightsOf(*fp32) > 0 &&
            std::abs(static_cast<double>(weightsOf(one)) / static_cast<double>(weightsOf(*fp32)) - share) < 0.005)
            titles << shortTitle(one.format);
    return titles;
}

QString listed(const QStringList& names) {
    if (names.size() < 2) return names.join(QString());
    return QObject::tr("%1 and %2").arg(names.mid(0, names.size() - 1).join(QStringLiteral(", ")), names.back());
}

}  // namespace

MemoryParts storedParts(const FormatMemory& memory, const MemoryView& view) {
    return {.weights = view.weights ? memory.parameterBytes : 0,
            .buffers = view.buffers ? memory.bufferBytes : 0,
            .activations = view.activations ? memory.activationPeakBytes : 0,
            .scales = view.scales ? scalesOf(memory, view.granularity) : 0};
}

std::optional<MemoryParts> hereParts(const FormatMemory& memory, const MemoryView& view) {
    if (!memory.measuredWeightBytes || !memory.measuredBufferBytes || !memory.measuredActivationBytes) return {};
    return MemoryParts{.weights = view.weights ? *memory.measuredWeightBytes - *memory.measuredBufferBytes : 0,
                       .buffers = view.buffers ? *memory.measuredBufferBytes : 0,
                       .activations = view.activations ? *memory.measuredActivationBytes : 0,
                       .scales = 0};
}

const FormatMemory* fp32Of(const MemoryReport& report) { return named(report, "fp32"); }

QString memoryFindingOf(const MemoryReport& report) {
    const FormatMemory* fp32 = fp32Of(report);
    const FormatMemory* bf16 = named(report, "bf16");
    if (!fp32 || !bf16 || weightsOf(*fp32) == 0) return QObject::tr("Memory per format");
    const double share = static_cast<double>(weightsOf(*bf16)) / static_cast<double>(weightsOf(*fp32));
    const QString from = bytesText(weightsOf(*fp32)), to = bytesText(weightsOf(*bf16));
    return std::abs(share - 0.5) < 0.005
               ? QObject::tr("BF16 halves the weights: %1 to %2").arg(from, to)
               : QObject::tr("BF16 takes the weights from %1 to %2, %3 %").arg(from, to, fixedText(100 * share, 0));
}

QString memoryDetailOf(const MemoryReport& report, const MemoryView& view) {
    const int height = report.preprocessing.inputHeight(), width = report.preprocessing.inputWidth();
    const QString name = QString::fromStdString(report.model->name);
    const QString size = QObject::tr("%1 × %2").arg(width).arg(height);
    QString text = report.batch == 1
                       ? QObject::tr("%1, one picture of %2.").arg(name, size)
                       : QObject::tr("%1, %2 pictures of %3.").arg(name, QString::number(report.batch), size);
    const QStringList quarter = withShare(report, 0.25);
    if (!quarter.isEmpty())
        text += ' ' + (quarter.size() == 1 ? QObject::tr("%1 quarters the weights").arg(quarter.front())
                                           : QObject::tr("%1 quarter the weights").arg(listed(quarter)));
    const FormatMemory* int8 = named(report, "int8");
    if (!quarter.isEmpty() && int8 && scalesOf(*int8, view.granularity) > 0)
        text += QObject::tr("; INT8 adds %1 of scales").arg(bytesText(scalesOf(*int8, view.granularity)));
    if (!quarter.isEmpty()) text += '.';
    if (!report.keep.empty()) text += ' ' + keptModulesText(report.keep.size()) + '.';
    return text;
}

QString storedAndHereText(const MemoryReport& report) {
    QString text = QObject::tr(
        "“Stored” is what the format needs: weights and buffers from their sizes, the activation peak as measured in "
        "FP32, scaled by bytes per value. “Here” is what Mantissa held: every format of this page is run once for it, "
        "natively where LibTorch has "
        "kernels of it, whether it is turned on elsewhere or not.");
    const auto emulated = std::find_if(report.formats.begin(), report.formats.end(), [](const FormatMemory& one) {
        return one.mode == RunMode::emulated && one.format.storageBits < 32 && hereParts(one, {}).has_value();
    });
    if (emulated != report.formats.end())
        text += ' ' + QObject::tr("Emulated formats keep their rounded values in FP32, so %1 takes %2 here, not %3.")
                          .arg(shortTitle(emulated->format), bytesText(hereParts(*emulated, {})->total()),
                               bytesText(storedParts(*emulated, {}).total()));
    return text + ' ' + QObject::tr("The model's file, mapped into memory, is not counted.");
}

QString provenanceOf(const MemoryReport& report) {
    return QObject::tr("%1, batch %2, input %3 × %4, Mantissa %5")
        .arg(QString::fromStdString(report.model->name), QString::number(report.batch),
             QString::number(report.preprocessing.inputWidth()), QString::number(report.preprocessing.inputHeight()),
             QString::fromStdString(environment().mantissa));
}

}  // namespace mantissa::ui
