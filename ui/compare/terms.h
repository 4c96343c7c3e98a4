#pragma once

#include <QString>

namespace mantissa::ui {

/// Technical terms of the pages; each has one sentence, one formula and the direction that is better.
enum class Term {
    sameTop1,
    topK,
    margin,
    meanAbs,
    maxAbs,
    rmse,
    maxRelative,
    maxProbability,
    cosine,
    sqnr,
    kl,
    ulpMedian,
    ulpP99,
    ulpMax,
    notFinite
};

QString termName(Term term, int topK = 5);
QString termHelp(Term term);  ///< rich text, for a tooltip

}  // namespace mantissa::ui
