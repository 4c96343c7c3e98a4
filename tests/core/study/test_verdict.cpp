#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "study/verdict.h"

namespace {

using namespace mantissa;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string verdict(const std::vector<double>& reference, const std::vector<double>& candidate) {
    auto model = std::make_shared<Model>();
    model->labels = {"cat", "dog"};
    CompareReport report;
    report.model = model;
    for (const auto* logits : {&reference, &candidate}) {
        FormatRun run;
        run.format = format(report.runs.empty() ? "fp32" : "bf16");
        run.logits = *logits;
        for (const double x : *logits) {
            run.nans += std::isnan(x);
            run.infinities += std::isinf(x);
        }
        const auto best = topIndices(*logits, 1).front();
        run.top = {{.index = best, .label = model->label(best), .logit = (*logits)[best], .probability = 0}};
        report.runs.push_back(run);
    }
    Comparison comparison;
    comparison.candidate = 1;
    comparison.metrics = errorMetrics(reference, candidate, format("bf16"), 2);
    return verdictOn(report, comparison);
}

TEST(Verdict, SaysWhetherTheAnswerIsKeptAndByHowMuch) {
    EXPECT_EQ(verdict({1.41, 1, 0}, {1.31, 1, 0}), "BF16 keeps the answer, “cat”: margin 0.31, was 0.41");
    EXPECT_EQ(verdict({1.5, 1, 0}, {1, 1.25, 0}), "BF16 changes the answer from “cat” to “dog”: margin -0.25, was 0.5");
    EXPECT_EQ(verdict({0, 1, 3}, {0, 1, 3}), "BF16 keeps the answer, class 2: margin 2, was 2");
    EXPECT_EQ(verdict({2}, {1.5}), "BF16 keeps the answer, “cat”") << "one class has no rival";
}

TEST(Verdict, CallsATieATieAndNoFlip) {
    EXPECT_EQ(verdict({1.5, 1, 0}, {1.25, 1.25, 0}),
              "BF16 makes the answer a tie, “cat” with “dog”: margin 0, was 0.5");
    EXPECT_EQ(verdict({1, 1.5, 0}, {1.25, 1.25, 0}),
              "BF16 makes the answer a tie, “dog” with “cat”: margin 0, was 0.5");
    EXPECT_EQ(verdict({0, 1, 3}, {2, 2, 2}),
              "BF16 makes the answer a tie, class 2 with 2 other classes: margin 0, was 2");
    EXPECT_EQ(verdict({3, 2, 1}, {1, 2, 2}), "BF16 changes the answer from “cat” to “dog”: margin -1, was 1")
        << "a tie without the answer is a changed answer";
    EXPECT_EQ(verdict({3, 1, 1}, {3, 1, 1}), "BF16 keeps the answer, “cat”: margin 2, was 2")
        << "a tie below the answer is none of its business";
}

TEST(Verdict, DoesNotHideWhatIsNotFinite) {
    EXPECT_EQ(verdict({3, 1, 0}, {3, 1, kNan}),
              "BF16 gives no answer: 1 of its 3 outputs is NaN, so there is no top-1");
    EXPECT_EQ(verdict({3, 1, 0}, {3, 1, -kInfinity}),
              "BF16 keeps the answer, “cat”: margin 2, was 2, but 1 of its 3 outputs is infinite");
    EXPECT_EQ(verdict({3, 1, 0}, {kInfinity, kInfinity, 0}),
              "BF16 makes the answer a tie, “cat” with “dog”, but 2 of its 3 outputs are infinite");
    EXPECT_EQ(verdict({3, 1, 0}, {kNan, kNan, kNan}),
              "BF16 gives no answer: 3 of its 3 outputs are NaN, so there is no top-1");
    EXPECT_EQ(verdict({kNan, 1}, {1, 0}),
              "FP32 gives no answer to keep: 1 of its 2 outputs is NaN, so there is no top-1");
}

TEST(Verdict, KnowsFourOutcomes) {
    const auto outcome = [](const std::vector<double>& reference, const std::vector<double>& candidate) {
        return outcomeName(outcomeOf(reference, candidate));
    };
    EXPECT_EQ(outcome({3, 1, 0}, {2, 1, 0}), "kept");
    EXPECT_EQ(outcome({3, 1, 0}, {1, 1, 0}), "tie");
    EXPECT_EQ(outcome({1, 3, 0}, {1, 1, 0}), "tie") << "whichever of them stands first";
    EXPECT_EQ(outcome({3, 1, 0}, {0, 1, 1}), "changed");
    EXPECT_EQ(outcome({3, 1, 0}, {3, 1, kNan}), "none");
    EXPECT_EQ(outcome({3, kNan, 0}, {3, 1, 0}), "none");
    EXPECT_EQ(outcome({3, 1}, {kInfinity, 1}), "kept");
}

}  // namespace
