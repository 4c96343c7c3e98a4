#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

#include "core/run/graph_writer.h"
#include "core/study/small_model.h"
#include "image/cifar_records.h"
#include "report/evaluate_json.h"
#include "study/evaluate.h"
#include "temporary_folder.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;
namespace fs = std::filesystem;

/// Records of CIFAR-10 with pictures that differ from each other and labels that go round.
std::string records(std::size_t count) {
    std::string bytes;
    std::uint32_t state = 1;
    for (std::size_t i = 0; i < count; ++i) {
        bytes += static_cast<char>(i % 5);
        for (std::size_t at = 0; at < kCifarPixelBytes; ++at) {
            state = state * 1664525 + 1013904223;
            bytes += static_cast<char>((state >> 24) / 4 + 37 * (i % 5) + 20 * (at / 1024) + at % 32 * (i % 3));
        }
    }
    return bytes;
}

/// A BMP file of 32 × 32 pixels: 54 bytes of header and the pixels.
std::string bitmap(const RgbImage& picture) {
    std::string bmp = "BM" + std::string(52, '\0');
    bmp[10] = 54, bmp[14] = 40, bmp[18] = 32, bmp[22] = 32, bmp[26] = 1, bmp[28] = 24;
    return bmp.append(reinterpret_cast<const char*>(picture.pixels.data()), picture.pixels.size());
}

class Evaluate : public testing::Test {
  protected:
    EvaluateRequest request(std::size_t pictures, std::vector<std::string> candidates) const {
        EvaluateRequest made;
        made.model = smallModel();
        auto set = PictureSet::open({.path = folder_.write("pictures.bin", records(pictures))}, made.model->labels);
        EXPECT_TRUE(set) << set.error().text();
        made.pictures = *std::move(set);
        for (const auto& name : candidates) made.candidates.push_back(*findFormat(name));
        return made;
    }
    TemporaryFolder folder_;
};

EvaluateReport good(const EvaluateRequest& request) {
    auto report = evaluate(request);
    EXPECT_TRUE(report) << report.error().text();
    return report ? *std::move(report) : EvaluateReport{};
}

/// The same answers, and numbers within what the order of sums may change.
void expectAlike(const EvaluateReport& a, const EvaluateReport& b) {
    ASSERT_EQ(a.done, b.done);
    ASSERT_EQ(a.runs.size(), b.runs.size());
    for (std::size_t f = 0; f < a.runs.size(); ++f)
        for (std::size_t i = 0; i < a.done.size(); ++i) {
            const auto &x = a.runs[f].rows[i], &y = b.runs[f].rows[i];
            SCOPED_TRACE(a.runs[f].format.name + ", picture " + std::to_string(i));
            EXPECT_EQ(x.answer, y.answer);
            EXPECT_EQ(x.outcome, y.outcome);
            EXPECT_EQ(x.inTopFive, y.inTopFive);
            const double step = limits(a.runs[f].format).epsilon;
            EXPECT_NEAR(x.margin, y.margin, 4 * step + 1e-5);
            EXPECT_NEAR(x.meanAbs, y.meanAbs, 4 * step + 1e-5);
        }
}

TEST_F(Evaluate, EveryAnswerIsTheOneThatAComparisonOfThePictureGives) {
    auto asked = request(23, {"bf16", "fp16", "tf32", "e4m3", "int8"});
    asked.batch = 8;
    const auto report = good(asked);
    ASSERT_EQ(report.done.size(), 23U);
    for (std::size_t i = 0; i < report.done.size(); ++i) {
        CompareRequest single;
        single.model = asked.model;
        single.image = asked.pictures->openOne(i).value();
        single.candidates = asked.candidates;
        single.runs = 0;
        const auto compared = compare(single);
        ASSERT_TRUE(compared) << compared.error().text();
        for (std::size_t f = 0; f < report.runs.size(); ++f) {
            SCOPED_TRACE(report.runs[f].format.name + ", picture " + std::to_string(i));
            const auto& row = report.runs[f].rows[i];
            EXPECT_EQ(row.answer, static_cast<std::int32_t>(compared->runs[f].top.front().index));
            EXPECT_EQ(report.runs[f].mode, compared->runs[f].mode);
            if (f == 0) continue;
            const auto& metrics = compared->comparisons[f - 1].metrics;
            EXPECT_EQ(row.outcome, outcomeOf(*compared, compared->comparisons[f - 1]));
            const double step = limits(report.runs[f].format).epsilon;
            EXPECT_NEAR(row.meanAbs, metrics.meanAbs, 2 * step + 1e-6);
            EXPECT_NEAR(row.maxAbs, metrics.maxAbs, 4 * step + 1e-6);
            EXPECT_NEAR(row.keptMargin, metrics.candidateMargin, 4 * step + 1e-6);
        }
    }
}

TEST_F(Evaluate, ScalesFoundBeforehandAreThoseOfAComparisonAndNeedNoSinglePictures) {
    auto asked = request(23, {"int8", "e4m3"});
    asked.batch = 8;
    asked.scales = {.activations = ScaleGrain::tensor, .calibration = Calibration::minMax};
    const auto report = good(asked);
    EXPECT_FALSE(report.runs[1].oneAtATime);
    EXPECT_FALSE(report.runs[2].oneAtATime);
    for (std::size_t i = 0; i < report.done.size(); ++i) {
        CompareRequest single;
        single.model = asked.model;
        single.image = asked.pictures->openOne(i).value();
        single.candidates = asked.candidates;
        single.scales = asked.scales;
        single.scales.pictures = asked.pictures;
        single.runs = 0;
        const auto compared = compare(single);
        ASSERT_TRUE(compared) << compared.error().text();
        for (std::size_t run = 1; run <= 2; ++run)
            EXPECT_EQ(report.runs[run].rows[i].answer, static_cast<std::int32_t>(compared->runs[run].top[0].index)) << i;
    }
    // Each tensor's own bounds would be those of a whole batch.
    asked.scales.calibration = Calibration::dynamic;
    EXPECT_TRUE(good(asked).runs[2].oneAtATime);
}

TEST_F(Evaluate, TheSizeOfTheBatchChangesNoAnswer) {
    auto asked = request(20, {"bf16", "e4m3", "int8"});
    asked.batch = 1;
    const auto alone = good(asked);
    for (const int batch : {3, 20, 64}) {
        asked.batch = batch;
        expectAlike(good(asked), alone);
    }
    EXPECT_FALSE(alone.runs[1].oneAtATime);
    EXPECT_TRUE(good(asked).runs[3].oneAtATime) << "one scale over a batch would tie its pictures together";
}

TEST_F(Evaluate, RatesAndDistributionsFollowFromTheRows) {
    const auto report = good(request(40, {"e2m1"}));
    const auto& run = report.runs[1];
    std::int64_t right = 0, kept = 0, level = 0;
    double sum = 0, largest = 0;
    for (std::size_t i = 0; i < 40; ++i) {
        right += run.rows[i].answer == static_cast<std::int32_t>(i % 5);
        kept += run.rows[i].outcome == AnswerOutcome::kept;
        level += run.rows[i].outcome == AnswerOutcome::tie;
        sum += run.rows[i].meanAbs;
        largest = std::max(largest, run.rows[i].meanAbs);
    }
    ASSERT_TRUE(run.top1);
    EXPECT_EQ(run.top1->hits, right);
    EXPECT_EQ(run.top1->trials, 40);
    EXPECT_EQ(run.top5->hits, 40) << "five classes";
    EXPECT_EQ(run.agreement.hits, kept);
    EXPECT_EQ(run.ties, level);
    EXPECT_EQ(run.flips, 40 - kept - level);
    EXPECT_GT(level, 0) << "E2M1 levels the small logits of this model, and that neither keeps nor changes an answer";
    EXPECT_LE(run.agreement.low, run.agreement.value);
    EXPECT_GE(run.agreement.high, run.agreement.value);
    EXPECT_NEAR(run.meanAbs.mean, sum / 40, 1e-12);
    EXPECT_EQ(run.meanAbs.max, largest);
    EXPECT_LE(run.meanAbs.p5, run.meanAbs.p50);
    EXPECT_LE(run.meanAbs.p50, run.meanAbs.p95);
    std::int64_t binned = 0, flips = 0;
    for (const auto& bin : run.flipsByMargin) {
        binned += bin.flips.trials;
        flips += bin.flips.hits;
        EXPECT_LE(bin.low, bin.high);
    }
    EXPECT_EQ(binned, 40);
    EXPECT_EQ(flips, run.flips);
    EXPECT_EQ(report.runs[0].agreement.hits, 40);
    EXPECT_EQ(report.runs[0].maxAbs.max, 0);
}

TEST_F(Evaluate, LogitsWithANanGiveNoAnswerAndCountAsWrong) {
    const auto report = good(request(40, {"e4m3b20"}));
    const auto& run = report.runs[1];
    std::int64_t right = 0, none = 0;
    for (std::size_t i = 0; i < 40; ++i) {
        const auto& row = run.rows[i];
        right += row.answer == static_cast<std::int32_t>(i % 5);
        if (row.answer != kNoAnswer) continue;
        ++none;
        EXPECT_FALSE(row.finite);
        EXPECT_FALSE(row.inTopFive);
        EXPECT_EQ(row.outcome, AnswerOutcome::none);
    }
    ASSERT_GT(none, 0) << "what is too large for this format becomes a NaN";
    EXPECT_EQ(run.top1->hits, right);
    EXPECT_EQ(run.top5->hits, 40 - none) << "five classes";
    EXPECT_EQ(answerLabel(*report.model, kNoAnswer), "NaN");
}

TEST_F(Evaluate, PicturesThatCannotBeReadAreListedAndSkipped) {
    auto asked = request(1, {"bf16"});
    const auto picture = asked.pictures->read(0).value();
    fs::create_directory(folder_.path() / "set");
    for (const char* name : {"set/a.bmp", "set/c.bmp", "set/e.bmp"}) folder_.write(name, bitmap(picture));
    folder_.write("set/b.png", "this is text");
    folder_.write("set/d.jpg", "");
    folder_.write("set/notes.txt", "no picture");
    auto set = PictureSet::open({.path = folder_.path() / "set"}, {});
    ASSERT_TRUE(set) << set.error().text();
    asked.pictures = *std::move(set);
    asked.batch = 2;
    const auto report = good(asked);
    EXPECT_EQ(report.done, (std::vector<std::uint32_t>{0, 2, 4}));
    ASSERT_EQ(report.skipped.size(), 2U);
    EXPECT_EQ(report.pictures->name(report.skipped[0].picture), "b.png");
    EXPECT_NE(report.skipped[0].reason.find("no picture"), std::string::npos);
    EXPECT_EQ(report.pictures->name(report.skipped[1].picture), "d.jpg");
    EXPECT_FALSE(report.runs[0].top1);
    EXPECT_EQ(report.runs[1].agreement.trials, 3);

    for (const char* name : {"set/a.bmp", "set/c.bmp", "set/e.bmp"}) fs::remove(folder_.path() / name);
    asked.pictures = PictureSet::open({.path = folder_.path() / "set"}, {}).value();
    const auto none = evaluate(asked);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, ErrorCode::unreadable);
}

TEST_F(Evaluate, CancellingKeepsWhatIsDone) {
    auto asked = request(40, {"bf16"});
    asked.batch = 5;
    asked.threads = 2;  // two batches at once, both of which are kept
    std::stop_source stop;
    const auto report = evaluate(asked, stop.get_token(), [&](const ProgressUpdate& update) {
        EXPECT_EQ(update.total, 40);
        if (update.done >= 15) stop.request_stop();
    });
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_TRUE(report->partial);
    EXPECT_EQ(report->done.size(), 20U);
    for (const auto& run : report->runs) EXPECT_EQ(run.rows.size(), 20U);
    EXPECT_EQ(report->runs[1].agreement.trials, 20);

    std::stop_source before;
    before.request_stop();
    const auto nothing = evaluate(asked, before.get_token());
    ASSERT_FALSE(nothing);
    EXPECT_EQ(nothing.error().code, ErrorCode::cancelled);
}

/// What must be equal: everything but times.
std::string withoutTimes(EvaluateReport report) {
    report.seconds = 0;
    return evaluateJson(report) + evaluateCsv(report);
}

TEST_F(Evaluate, ARunThatGoesOnGivesWhatOneRunGives) {
    auto asked = request(33, {"bf16", "e4m3"});
    asked.batch = 4;
    asked.threads = 2;
    const auto whole = withoutTimes(good(asked));
    asked.resume = folder_.path() / "rows";
    std::stop_source stop;
    const auto part = evaluate(asked, stop.get_token(), [&](const ProgressUpdate& update) {
        if (update.done >= 12) stop.request_stop();
    });
    ASSERT_TRUE(part && part->partial);
    // A crash in the middle of a line.
    {
        std::ofstream out(asked.resume, std::ios::app);
        out << "12 3 0 1 1 0.2";
    }
    const auto rest = good(asked);
    EXPECT_EQ(rest.resumed, 16);
    EXPECT_FALSE(rest.partial);
    EXPECT_EQ(withoutTimes(rest), whole);
    const auto again = good(asked);
    EXPECT_EQ(again.resumed, 33);
    EXPECT_EQ(withoutTimes(again), whole);
}

TEST_F(Evaluate, ThreadsShareTheWorkAndChangeNoAnswer) {
    auto asked = request(33, {"bf16", "e4m3"});
    asked.batch = 4;
    asked.threads = 1;
    const auto one = good(asked);
    for (const int threads : {2, 3, 16}) {
        asked.threads = threads;
        const auto many = good(asked);
        EXPECT_EQ(many.done, one.done);
        for (std::size_t run = 0; run < one.runs.size(); ++run)
            for (std::size_t i = 0; i < one.done.size(); ++i) {
                EXPECT_EQ(many.runs[run].rows[i].answer, one.runs[run].rows[i].answer) << threads << ", picture " << i;
                EXPECT_EQ(many.runs[run].rows[i].outcome, one.runs[run].rows[i].outcome)
                    << threads << ", picture " << i;
            }
    }
}

TEST_F(Evaluate, ClassesThatTheModelLacksDoNotCount) {
    auto asked = request(20, {"bf16"});
    // Records of CIFAR-10 number ten classes from 0; these go round the first five.
    EvaluateReport report{.pictures = asked.pictures, .classes = 10};
    report.done = {0, 1, 2, 3, 4};
    EXPECT_EQ(foreignTruths(report), 0);
    EXPECT_EQ(truthOf(report, 4), 4U);
    report.classes = 3;
    EXPECT_EQ(foreignTruths(report), 2);
    report.classes = 1000;
    EXPECT_EQ(foreignTruths(report), 5);

    const auto picture = asked.pictures->read(0).value();
    fs::create_directories(folder_.path() / "set/3");
    fs::create_directories(folder_.path() / "set/77");
    for (const char* name : {"set/3/a.bmp", "set/77/b.bmp"}) folder_.write(name, bitmap(picture));
    asked.pictures = PictureSet::open({.path = folder_.path() / "set"}, {}).value();
    const auto numbered = good(asked);
    ASSERT_TRUE(numbered.runs[0].top1);
    EXPECT_EQ(numbered.runs[0].top1->trials, 1);
    EXPECT_EQ(foreignTruths(numbered), 1);
    EXPECT_EQ(truthOf(numbered, 0), 3U);
    EXPECT_EQ(truthOf(numbered, 1), std::nullopt);
}

TEST_F(Evaluate, OverridesAreThoseOfAComparison) {
    auto asked = request(4, {"int8"});
    asked.overrides = {{asked.model->graph.nodes.front().layer, format("fp32")}};
    const auto report = good(asked);
    CompareRequest one{.model = asked.model,
                       .image = asked.pictures->openOne(0).value(),
                       .candidates = asked.candidates,
                       .overrides = asked.overrides,
                       .runs = 0};
    auto compared = compare(one);
    ASSERT_TRUE(compared) << compared.error().text();
    const double wanted = compared->comparisons[0].metrics.meanAbs;
    EXPECT_NEAR(report.runs[1].rows[0].meanAbs, wanted, 1e-4 * wanted);  // the order of sums
    compared = compare({.model = one.model, .image = one.image, .candidates = one.candidates, .runs = 0});
    ASSERT_TRUE(compared);
    EXPECT_GT(std::abs(compared->comparisons[0].metrics.meanAbs - wanted), 1e-2 * wanted);
    EXPECT_NE(evaluateJson(report).find("\"overrides\""), std::string::npos);
    asked.overrides = {{"nowhere", format("fp32")}};
    EXPECT_FALSE(evaluate(asked));
    asked.overrides.clear();
    asked.keep = {asked.model->graph.nodes.front().layer};
    const auto kept = good(asked);
    EXPECT_EQ(kept.runs[1].rows[0].meanAbs, report.runs[1].rows[0].meanAbs);
    EXPECT_NE(evaluateJson(kept).find("\"keep\""), std::string::npos);
}

TEST_F(Evaluate, AFileOfOtherResultsIsLeftAlone) {
    auto asked = request(6, {"bf16"});
    asked.resume = folder_.path() / "rows";
    good(asked);
    asked.candidates = {format("fp16")};
    const auto other = evaluate(asked);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, ErrorCode::invalidArgument);
    EXPECT_EQ(other.error().where, asked.resume.string());
    asked.resume = folder_.write("letter.txt", "Dear reader");
    EXPECT_FALSE(evaluate(asked));
    std::stringstream kept;
    kept << std::ifstream(asked.resume).rdbuf();
    EXPECT_EQ(kept.str(), "Dear reader");
    asked.resume = folder_.path();
    EXPECT_FALSE(evaluate(asked));
}

TEST_F(Evaluate, AFormatThatCannotRunCarriesItsErrorAndTheOthersGoOn) {
    auto asked = request(6, {"tf32", "bf16"});
    asked.mode = RunMode::native;
    const auto report = good(asked);
    ASSERT_FALSE(report.runs[1].ok());
    EXPECT_EQ(report.runs[1].error->code, ErrorCode::noKernel);
    EXPECT_EQ(report.runs[2].rows.size(), 6U);
    asked.reference = *findFormat("tf32");
    EXPECT_FALSE(evaluate(asked));
}

TEST_F(Evaluate, AModelExportedForOnePictureRunsOneAtATime) {
    auto asked = request(7, {"bf16"});
    GraphWriter g;
    const ValueRef flat = g.call("aten::view", "", {{"", g.input()}, {"size", ints({1, 3072})}});
    auto model = modelOf(
        g.finish(g.call("aten::linear", "head", {{"", flat}, {"", g.weight("head.weight", normal({5, 3072}, 3))}})));
    asked.model = model;
    const auto report = good(asked);
    EXPECT_EQ(report.done.size(), 7U);
    EXPECT_TRUE(report.runs[0].oneAtATime);
    EXPECT_TRUE(report.runs[1].oneAtATime);
}

TEST_F(Evaluate, TheReportsOfTheRowsAreWholeAndReadable) {
    const auto report = good(request(5, {"bf16"}));
    const auto csv = evaluateCsv(report);
    EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 11) << "a header, and a row a picture and format";
    EXPECT_TRUE(csv.starts_with("image,format,class,answer,"));
    EXPECT_NE(csv.find("pictures.bin[4],bf16,4,"), std::string::npos);
    const auto json = evaluateJson(report);
    for (const char* key :
         {"\"schema\": \"mantissa.evaluate/1\"", "\"agreement\"", "\"low\"", "\"sqnr_db\"", "\"flips_by_margin\""})
        EXPECT_NE(json.find(key), std::string::npos) << key;
}

}  // namespace
