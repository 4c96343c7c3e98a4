#pragma once

#include <QObject>
#include <QString>
#include <memory>
#include <optional>
#include <vector>

#include "study/dot_product.h"

namespace mantissa::ui {

class Session;

/// What the user chose for the dot product; one entry of the undo stack each.
struct DotChoices {
    DotData data = DotData::ones;
    int terms = 4096;  ///< of made-up vectors; files and neurons bring their own
    quint64 seed = 42;
    TensorPair tensors;
    std::string layer;  ///< of the neuron; empty: the model's last
    int output = 0;
    std::vector<Format> accumulators{format("fp32"), format("fp16"), format("bf16")};
    std::vector<SummationKind> orders{SummationKind::sequential, SummationKind::pairwise, SummationKind::kahan,
                                      SummationKind::blocked};
    int block = 32;
    Format product = format("fp32");

    bool madeUp() const { return data != DotData::file && data != DotData::neuron; }
};
bool operator==(const DotChoices& a, const DotChoices& b);

inline constexpr int kMostTermsShown = 10'000'000;

using DotReportPtr = std::shared_ptr<const DotReport>;

/// The dot product's part of the session: choices with undo, the job, its result. Everything that takes time runs on
/// the session's job runner.
class DotSession final : public QObject {
    Q_OBJECT

  public:
    explicit DotSession(Session& session, QObject* parent = nullptr);

    const DotChoices& choices() const { return choices_; }
    const DotReportPtr& report() const { return report_; }
    /// Why there is no result for what is chosen; nothing when there is, or when it is on its way.
    const std::optional<Error>& failure() const { return failure_; }
    bool stale() const { return stale_; }
    bool busy() const;
    const Format& custom() const { return custom_; }  ///< the session's custom format

    /// Changes the choices, undoably, under this name, and runs when "Run on change" is on. Changes of one `mergeKey`
    /// that follow each other, as of a slider that is dragged, are one step of undo.
    void choose(const QString& name, const DotChoices& choices, const QString& mergeKey = {});
    void run();

    /// The names of the tensors of a checkpoint, in the background; the answer comes as tensorsRead.
    void readTensors(const std::filesystem::path& file);

  signals:
    void choicesChanged();
    void ready();   ///< a new report
    void failed();  ///< the run gave an error instead
    void staleChanged();
    void tensorsRead(const QString& file, const QStringList& names, const QString& problem);

  private:
    friend class ChooseDotCommand;
    void apply(const DotChoices& choices);
    void afterChange();
    void followCustom();
    DotRequest request() const;
    void take(Result<DotReport> result);

    Session& session_;
    DotChoices choices_;
    Format custom_;
    DotReportPtr report_;
    std::optional<Error> failure_;
    bool stale_ = false;
};

}  // namespace mantissa::ui
