#include "layers/layer_words.h"

#include <QObject>
#include <QStringList>
#include <algorithm>
#include <cmath>

#include "module_words.h"
#include "number_text.h"
#include "study/verdict.h"

namespace mantissa::ui {

const ArrayError* partOf(const LayerError& error, LayerPart part) {
    switch (part) {
        case LayerPart::weights:
            return &error.weights;
        case LayerPart::activations:
            return &error.activations;
        case LayerPart::native:
            return error.native ? &*error.native : nullptr;
        case LayerPart::both:
            break;
    }
    return &error.both;
}

QString partText(LayerPart part) {
    const QString texts[]{QObject::tr("weights and activations rounded"), QObject::tr("weights rounded"),
                          QObject::tr("activations rounded"), QObject::tr("native kernels")};
    return texts[static_cast<int>(part)];
}

QString layerName(const LayersReport& report, std::size_t index) {
    const LayerReport& layer = report.layers[index];
    if (layer.path.empty()) return QString::fromStdString(report.model->name);
    const std::string& above = report.layers[static_cast<std::size_t>(std::max(0, layer.parent))].path;
    return QString::fromStdString(above.empty() ? layer.path : layer.path.substr(above.size() + 1));
}

QString layerPath(const LayersReport& report, std::size_t index) {
    const LayerReport& layer = report.layers[index];
    return QString::fromStdString(layer.path.empty() ? report.model->name : layer.path);
}

QString layerKind(const LayersReport& report, std::size_t index) {
    const LayerReport& layer = report.layers[index];
    QStringList names;
    for (const auto& name : layer.operators) names << QString::fromStdString(name);
    if (!names.isEmpty()) return names.join(QStringLiteral(", "));
    const auto children = std::count_if(report.layers.begin(), report.layers.end(),
                                        [&](const LayerReport& one) { return one.parent == static_cast<int>(index); });
    if (children == 0) return {};
    return modulesText(static_cast<std::size_t>(children));
}

std::vector<std::size_t> leavesOf(const LayersReport& report) {
    std::vector<bool> hasChild(report.layers.size(), false);
    for (const auto& layer : report.layers)
        if (layer.parent >= 0) hasChild[static_cast<std::size_t>(layer.parent)] = true;
    std::vector<std::size_t> leaves;
    for (std::size_t i = 0; i < hasChild.size(); ++i)
        if (!hasChild[i]) leaves.push_back(i);
    return leaves;
}

QString decibelText(double sqnrDb) {
    if (std::isnan(sqnrDb)) return QStringLiteral("—");
    if (std::isinf(sqnrDb)) return sqnrDb > 0 ? QObject::tr("exact") : QStringLiteral("−∞");
    return fixedText(sqnrDb, 1);
}

QString ulpText(const ArrayError& error) {
    if (std::isnan(error.ulpMax)) return QStringLiteral("—");
    // Rounded values are 0 steps from what they were rounded from; that is no exact result.
    if (error.ulpMax == 0) return error.maxAbs == 0 ? QObject::tr("exact") : QStringLiteral("0");
    return compactText(error.ulpMax, 4);
}

std::int64_t ownParameters(const LayersReport& report, const std::vector<std::string>& paths) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < report.layers.size(); ++i) {
        if (std::find(paths.begin(), paths.end(), report.layers[i].path) == paths.end()) continue;
        sum += report.layers[i].parameters;
        for (const auto& below : report.layers)
            if (below.parent == static_cast<int>(i)) sum -= below.parameters;
    }
    return sum;
}

std::optional<std::size_t> firstNotFinite(const LayersReport& report) {
    for (const std::size_t leaf : leavesOf(report)) {
        const LayerReport& layer = report.layers[leaf];
        for (const CastCounts* casts : {&layer.weightCasts, &layer.activationCasts})
            if (casts->nans + casts->infinities > 0) return leaf;
    }
    // A module's own operators may run between those of the modules below it.
    for (std::size_t i = report.layers.size(); i-- > 0;)
        if (report.layers[i].activationCasts.nans + report.layers[i].activationCasts.infinities > 0) return i;
    return std::nullopt;
}

QString layersFindingOf(const LayersReport& report) {
    const QString format = QString::fromStdString(report.format.title);
    if (const auto index = firstNotFinite(report))
        return QObject::tr("%1 is the first layer with NaN or ∞ in %2").arg(layerPath(report, *index), format);
    const LayerReport* weakest = nullptr;
    std::size_t at = 0;
    for (const std::size_t leaf : leavesOf(report)) {
        const double sqnr = report.layers[leaf].local.both.sqnrDb();
        if (!report.layers[leaf].finished || std::isnan(sqnr)) continue;
        if (!weakest || sqnr < weakest->local.both.sqnrDb()) weakest = &report.layers[at = leaf];
    }
    if (!weakest) return QObject::tr("No layer was compared yet");
    const double sqnr = weakest->local.both.sqnrDb();
    if (std::isinf(sqnr)) return QObject::tr("%1 holds every value of this model").arg(format);
    return QObject::tr("%1: least SQNR by itself in %2, %3 dB").arg(format, layerPath(report, at), decibelText(sqnr));
}

namespace {

QString answerWords(AnswerOutcome outcome, const ErrorMetrics& metrics) {
    switch (outcome) {
        case AnswerOutcome::kept:
            return QObject::tr("the answer stays, margin %1").arg(valueText(metrics.candidateMargin));
        case AnswerOutcome::tie:
            return QObject::tr("the answer ties with another");
        case AnswerOutcome::changed:
            return QObject::tr("the answer changes");
        case AnswerOutcome::none:
            return QObject::tr("There is no answer: a NaN is among the logits");
    }
    return {};
}

}  // namespace

QString layersDetailOf(const LayersReport& report) {
    QStringList parts;
    if (report.metrics) {
        const AnswerOutcome outcome = outcomeOf(report.reference, report.logits);
        if (outcome != AnswerOutcome::none)
            parts << QObject::tr("At the logits %1 dB are left").arg(decibelText(report.metrics->sqnrDb));
        parts << answerWords(outcome, *report.metrics);
    }
    if (report.nativeError)
        parts << QObject::tr("no native kernels: %1").arg(QString::fromStdString(report.nativeError->text()));
    if (report.partial) parts << QObject::tr("partial");
    QString text = parts.join(QStringLiteral("; "));
    if (!text.isEmpty()) text[0] = text[0].toUpper();
    return text.isEmpty() ? text : text + QLatin1Char('.');
}

}  // namespace mantissa::ui
