#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "image/picture_set.h"
#include "numerics/statistics.h"
#include "study/compare.h"
#include "study/verdict.h"

namespace mantissa {

/// The question: what do these formats do to this model on all these pictures?
struct EvaluateRequest {
    ModelPtr model;
    PictureSetPtr pictures;
    std::optional<Preprocessing> preprocessing;  ///< instead of the model's own
    Format reference = format("fp32");
    std::vector<Format> candidates;
    RunMode mode = RunMode::automatic;
    std::vector<Format> emulated;  ///< of the candidates, those that run emulated whatever `mode` says
    CastScope scope = CastScope::weightsAndActivations;
    RoundOptions rounding;  ///< of emulated formats
    /// Of the candidates: modules whose own operators and weights stay in FP32.
    std::vector<std::string> keep{};
    /// Of the candidates: modules in another format than the rest, with all below them.
    std::vector<LayerFormat> overrides{};
    QuantizationOptions scales{};  ///< of emulated candidates; without pictures of their own, calibrated on these here
    int threads = 0;               ///< 0: LibTorch's default
    int batch = 0;                 ///< pictures in a batch; 0: as many as memory suggests, at most 8
    /// A file that results are added to, batch by batch, and that an earlier run's are taken from. Empty: none.
    std::filesystem::path resume;
};

/// The answer of logits with a NaN among them: nothing is largest.
inline constexpr std::int32_t kNoAnswer = -1;
/// An answer's class in words; "NaN" where there is none.
std::string answerLabel(const Model& model, std::int32_t answer);

/// One picture in one format.
struct EvaluationRow {
    /// The class with the largest logit; of a tie the first, as accuracy is counted. kNoAnswer with a NaN among them.
    std::int32_t answer = kNoAnswer;
    /// The picture's own class is among the five largest; false where either is not known.
    bool inTopFive = false;
    bool finite = true;                           ///< no NaN and no infinity among the logits
    AnswerOutcome outcome = AnswerOutcome::kept;  ///< of the reference's answer
    double margin = 0;                            ///< of the answer over its runner-up, logits
    /// Not the reference's answer any more; a tie is neither.
    bool flipped() const { return outcome == AnswerOutcome::changed || outcome == AnswerOutcome::none; }

    // Against the reference; 0 in the reference's own rows.
    double referenceMargin = 0;  ///< of the reference's answer in the reference
    /// Of the reference's answer over the best other one in this format; negative where it lost.
    double keptMargin = 0;
    double meanAbs = 0;  ///< of Δ over the logits
    double maxAbs = 0;
    double kl = 0;      ///< nats
    double sqnrDb = 0;  ///< +∞ where nothing differs
};

/// Flips among the pictures that the reference answers with a margin between two bounds.
struct MarginBin {
    double low = 0, high = 0;  ///< logits; low ≤ margin < high, the last bin with its end
    Rate flips;
};

/// One format over all pictures.
struct FormatEvaluation {
    Format format;
    RunMode mode = RunMode::native;     ///< native or emulated: what really ran
    std::optional<Error> error;         ///< set: nothing below is
    std::optional<Error> fallbackFrom;  ///< why automatic mode did not stay native
    bool oneAtATime = false;            ///< batches would change its results, or the model takes none
    std::vector<EvaluationRow> rows;    ///< as EvaluateReport::done
    std::optional<Rate> top1, top5;     ///< of the pictures whose class is known; none where no class is
    Rate agreement;                     ///< pictures that keep the reference's answer
    std::int64_t flips = 0;             ///< that change it, or have none for a NaN among their logits
    std::int64_t ties = 0;              ///< that make it a tie: the rest
    std::int64_t notFinite = 0;  ///< pictures with a NaN or an infinity among the logits
    Distribution meanAbs, maxAbs, kl, sqnrDb;
    std::vector<MarginBin> flipsByMargin;  ///< up to ten bins of as many pictures each

    bool ok() const { return !error.has_value(); }
};

struct SkippedPicture {
    std::uint32_t picture = 0;
    std::string reason;
};

/// The answer. Immutable; shared by window, command line and files. Holds a row of 64 bytes a picture and format and
/// never pixels or logits: 100,000 pictures in five formats take 32 MB. So percentiles are exact, and every flip can be
/// looked up.
struct EvaluateReport {
    Environment environment;
    ModelPtr model;
    PictureSetPtr pictures;
    Preprocessing preprocessing;
    CastScope scope = CastScope::weightsAndActivations;
    std::size_t classes = 0;               ///< logits of a picture
    std::vector<std::string> keep{};       ///< of the candidates: modules that stayed in FP32
    std::vector<LayerFormat> overrides{};  ///< of the candidates, as asked for
    QuantizationOptions scales{};     ///< of emulated candidates, as asked for
    std::vector<std::uint32_t> done;  ///< indices into `pictures`, rising
    std::vector<SkippedPicture> skipped;
    std::vector<FormatEvaluation> runs;  ///< the reference first, then the candidates in order
    int batch = 1;
    std::int64_t resumed = 0;  ///< pictures, skipped ones among them, that an earlier run had done
    double seconds = 0;        ///< wall time of this run
    bool partial = false;      ///< cancelled before the last picture

    const FormatEvaluation& reference() const { return runs.front(); }
};

/// The class of a picture, where it is known and is one of the model's: a number beyond those that the model gives
/// logits for is none of them, nor is a class of pictures that number fewer classes than the model has.
std::optional<std::size_t> truthOf(const EvaluateReport& report, std::uint32_t picture);

/// How many of the pictures done have a class that is none of the model's.
std::int64_t foreignTruths(const EvaluateReport& report);

/// Runs every picture through the model in every format, in batches, each from file to logits on a thread of its own.
/// Pictures that cannot be read are listed and skipped. Fails as a whole only where the reference cannot run or no
/// picture can be read; a format that fails carries its own error. Stops between operators and then reports what is
/// done, if anything is.
///
/// Results are those of the pictures one at a time, as compare() gives them, up to the order in which a kernel sums:
/// LibTorch may choose another for a batch. Where a batch would change more than that, as integer formats' scale a
/// tensor and the random numbers of stochastic rounding would, the format runs one at a time; and a picture whose
/// answer differs from the reference's, or whose margin is so small that the order of sums could decide it, is run
/// again alone. So every answer is the one that compare() gives, to the last bit of its logits where it was close.
Result<EvaluateReport> evaluate(const EvaluateRequest& request, std::stop_token stop = {},
                                const Progress& progress = {});

}  // namespace mantissa
