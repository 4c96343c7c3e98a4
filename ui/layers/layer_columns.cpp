#include "layers/layer_columns.h"

#include <QObject>

#include "number_text.h"

namespace mantissa::ui {

ColumnWords wordsOf(int column, const LayersReport* report, LayerPart part) {
    const QString format = report ? QString::fromStdString(report->format.title) : QObject::tr("the format"),
                  rounded = partText(part);
    const ColumnWords words[]{
        {QObject::tr("Layer"),
         QObject::tr("The model's modules; each level sums up those below. A click sorts as the model runs.")},
        {QObject::tr("Operators"), QObject::tr("The operators that are the module's own")},
        {QObject::tr("Parameters"), QObject::tr("Parameters of the module and all below it")},
        {QObject::tr("Local SQNR, dB"),
         QObject::tr("Only this layer in %1, %2, on exact inputs (the model's own row: all layers, on the exact "
                     "picture): 10·log10(Σr²/Σ(r−c)²) of what leaves "
                     "it. Higher is better; +6 dB halves the error.")
             .arg(format, rounded)},
        {QObject::tr("Cumulative, dB"),
         QObject::tr("Everything up to here in %1, the picture too, %2. Higher is better.").arg(format, rounded)},
        {QObject::tr("Only this, |Δ|"),
         QObject::tr("The largest change of a logit with only this layer's own operators and weights "
                     "in %1, whether it is kept in FP32 or not. Lower is better. Press Sweep to find it.")
             .arg(format)},
        {QObject::tr("Local cosine"),
         QObject::tr("Cosine of the layer's results and FP32's, on exact inputs; 1 is best")},
        {QObject::tr("Local max |Δ|"),
         QObject::tr("The largest difference from FP32, on exact inputs; lower is better")},
        {QObject::tr("Local max ULP"),
         QObject::tr("The largest difference from FP32 in steps of %1, on exact inputs").arg(format)},
        {QObject::tr("Cumul. cosine"), QObject::tr("Cosine with everything up to here in %1; 1 is best").arg(format)},
        {QObject::tr("Cumul. max |Δ|"),
         QObject::tr("The largest difference with everything up to here in %1").arg(format)},
        {QObject::tr("Cumul. max ULP"), QObject::tr("The same in steps of %1").arg(format)},
        {QObject::tr("Overflow"), QObject::tr("Weights and activations beyond the range of %1").arg(format)},
        {QObject::tr("Underflow"), QObject::tr("Weights and activations that became 0 in %1").arg(format)},
        {QObject::tr("Subnormal"),
         QObject::tr("Weights and activations that became subnormal in %1, with fewer bits").arg(format)},
        {QObject::tr("NaN"), QObject::tr("Weights and activations that are NaN in %1").arg(format)},
        {QObject::tr("Infinite"), QObject::tr("Weights and activations that are infinite in %1").arg(format)},
        {QObject::tr("Output"), QObject::tr("Shape of what leaves the module last")},
        {QObject::tr("FP32, ms"), QObject::tr("Time of its operators in FP32, median of three runs")},
        {QObject::tr("Native, ms"), QObject::tr("Time of its operators in LibTorch's own kernels of %1").arg(format)},
        {QObject::tr("Weights, binades"),
         QObject::tr("Powers of two between the smallest and the largest weight; %1 holds %2")
             .arg(format, report ? fixedText(limits(report->format).dynamicRangeBinades, 1) : QStringLiteral("—"))},
        {QObject::tr("Activations, binades"), QObject::tr("The same for what its operators give")},
        {QObject::tr("Notes"), QObject::tr("What stays in FP32, and where values are lost")}};
    return words[column];
}

bool LayerModel::isShownIn(int column, LayerColumns columns) {
    if (column == Column::name) return true;
    switch (columns) {
        case LayerColumns::error:
            return (column >= Column::kind && column <= Column::onlyThis) || column == Column::notes;
        case LayerColumns::distance:
            return column >= Column::localCosine && column <= Column::cumulativeUlp;
        case LayerColumns::casts:
            return (column >= Column::overflow && column <= Column::infinite) || column == Column::notes;
        case LayerColumns::size:
            return column == Column::parameters || (column >= Column::shape && column <= Column::activationRange);
    }
    return false;
}

bool LayerModel::isNumber(int column) {
    return column != Column::name && column != Column::kind && column != Column::notes;
}

}  // namespace mantissa::ui
