#include "compare/terms.h"

#include <QObject>

namespace mantissa::ui {

QString termName(Term term, int topK) {
    switch (term) {
        case Term::sameTop1:
            return QObject::tr("Same top-1");
        case Term::topK:
            return QObject::tr("Top-%1 in common").arg(topK);
        case Term::margin:
            return QObject::tr("Margin to runner-up");
        case Term::meanAbs:
            return QObject::tr("Mean |Δ|");
        case Term::maxAbs:
            return QObject::tr("Max |Δ|");
        case Term::rmse:
            return QObject::tr("RMS Δ");
        case Term::maxRelative:
            return QObject::tr("Max |Δ| / |logit|");
        case Term::maxProbability:
            return QObject::tr("Max |Δp|");
        case Term::cosine:
            return QObject::tr("Cosine");
        case Term::sqnr:
            return QObject::tr("SQNR, dB");
        case Term::kl:
            return QObject::tr("KL, nats");
        case Term::ulpMedian:
            return QObject::tr("ULP distance, median");
        case Term::ulpP99:
            return QObject::tr("ULP distance, p99");
        case Term::ulpMax:
            return QObject::tr("ULP distance, max");
        case Term::notFinite:
            return QObject::tr("NaN or ∞ outputs");
    }
    return {};
}

QString termHelp(Term term) {
    switch (term) {
        case Term::sameTop1:
            return QObject::tr(
                "Whether the candidate puts the same class first as the reference.<br>argmax c = argmax r.");
        case Term::topK:
            return QObject::tr(
                "How many of the reference's first classes are among the candidate's first classes.<br>More is "
                "better.");
        case Term::margin:
            return QObject::tr(
                "The logit of the reference's first class less the best other logit.<br>z(first) − max z(other). "
                "Negative means that the reference's class lost; larger is safer.");
        case Term::meanAbs:
            return QObject::tr(
                "The average size of the difference of two logits, Δ = candidate − reference.<br>Σ|Δ| / n. Smaller is "
                "better.");
        case Term::maxAbs:
            return QObject::tr(
                "The largest difference of two logits, Δ = candidate − reference.<br>max |Δ|. Smaller is better.");
        case Term::rmse:
            return QObject::tr(
                "The root of the mean squared difference of the logits.<br>√(Σ Δ² / n). Smaller is better.");
        case Term::maxRelative:
            return QObject::tr(
                "The largest difference relative to the reference's logit; large where a logit is near 0.<br>max |Δ| / "
                "|r|. Smaller is better.");
        case Term::maxProbability:
            return QObject::tr(
                "The largest change of a probability, after the softmax.<br>max |softmax(c) − softmax(r)|. Smaller is "
                "better.");
        case Term::cosine:
            return QObject::tr(
                "The cosine of the angle between the two vectors of logits.<br>r·c / (‖r‖ ‖c‖). 1 is the same "
                "direction.");
        case Term::sqnr:
            return QObject::tr(
                "Signal to quantisation noise ratio of the logits.<br>20 log₁₀(‖r‖ / ‖r − c‖) dB. Higher is better; 6 "
                "dB is one bit.");
        case Term::kl:
            return QObject::tr(
                "Kullback–Leibler divergence of the predicted distributions.<br>Σ p ln(p / q), p = softmax(r), q = "
                "softmax(c). 0 is equal; smaller is better.");
        case Term::ulpMedian:
        case Term::ulpP99:
        case Term::ulpMax:
            return QObject::tr(
                "Distance in units in the last place of the candidate's format: how many representable values lie "
                "between the two logits.<br>"
                "Median, 99th percentile and maximum over all outputs. Smaller is better.");
        case Term::notFinite:
            return QObject::tr("Outputs that are not a number or infinite. They are left out of the sums above.");
    }
    return {};
}

}  // namespace mantissa::ui
