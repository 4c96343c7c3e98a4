#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "session/session.h"
#include "study/layer_values.h"
#include "study/layers.h"
#include "study/sensitivity.h"

namespace mantissa {
class ModuleTree;
}

namespace mantissa::ui {

class JobRunner;

using LayersReportPtr = std::shared_ptr<const LayersReport>;
using SensitivityReportPtr = std::shared_ptr<const SensitivityReport>;
using LayerValuesPtr = std::shared_ptr<const LayerValues>;

/// The formats that a model can be looked into in: all that emulation knows and FP32 does not hold.
std::vector<Format> layerFormats(const Format& custom);

/// The session's model looked into layer by layer, in one format. Part of the session; runs on its jobs. What a running
/// study has found so far is shown as it comes, unless the whole is there as soon.
class LayersSession final : public QObject {
    Q_OBJECT

  public:
    LayersSession(Session& session, JobRunner& jobs);
    ~LayersSession() override;

    const Format& format() const { return format_; }
    void chooseFormat(const Format& format);  ///< undoably

    bool canRun() const { return session_.model() && session_.image(); }
    void run();
    bool running() const;
    /// What is shown: the running study's so far, else the last that went well. Null: none for this model.
    LayersReportPtr report() const { return showsLive_ ? live_ : report_; }
    bool showsLive() const { return showsLive_; }
    /// The report belongs to another picture, format or plan than those now chosen.
    bool stale() const;
    /// Neither is there a report of what is now chosen, nor is it being made, nor is a file being opened that would
    /// change what is chosen.
    bool isWanted() const;

    /// Each layer alone in the format; with a target also the plan.
    void sweep(const std::optional<PlanTarget>& target);
    bool sweeping() const;
    /// Of the last sweep, where it was of the report's model, picture and format; null where there is none.
    SensitivityReportPtr sensitivity() const;
    /// The same for one layer, also while the sweep is running.
    const LayerSensitivity* alone(const std::string& layer) const;

    /// Values of one layer, which come as valuesChanged; a new request takes the place of the last.
    void inspect(const std::string& layer);
    const LayerValuesPtr& values() const { return values_; }
    bool inspecting() const;
    void forgetValues();

    /// Keeps a layer and all below it in FP32, or casts it again; undoably.
    void setKept(const std::string& layer, bool kept);
    /// These layers and no others; undoably, under this name.
    void keepOnly(const QString& name, const std::vector<std::string>& layers);
    enum class Kept { none, some, all };
    Kept kept(const std::string& layer) const;

    enum class FileForm { csv, json };
    void save(const std::filesystem::path& path, FileForm form);

  signals:
    void formatChanged();
    void runningChanged();
    void reportChanged();
    void layerReady(int index);  ///< of the report that is shown
    void sweepChanged();         ///< what is known of layers alone, or of the plan
    void valuesChanged();
    void saved(const QString& path);

  private:
    friend class ChooseLayersFormat;
    /// Everything that a report depends on.
    struct Question {
        ModelPtr model;
        std::uint64_t picture = 0;  ///< counts the pictures that were opened
        std::optional<Preprocessing> preprocessing;
        Format format;
        ScaleChoices scales;
        std::vector<std::string> keep;
        bool operator==(const Question&) const = default;
        bool sameButKept(const Question& other) const;
    };
    Question question() const;
    void applyFormat(const Format& format);
    void followCustom();
    void forgetModel();
    /// What a request of either kind takes from the question.
    template <class Request>
    Request requestOf(const Question& asked) const;
    std::shared_ptr<LayersReport> emptyReport(const Question& asked) const;
    void takeLayer(const LayerReport& layer, std::size_t index);
    void take(Result<LayersReport> result, const Question& asked);
    void takeSensitivity(Result<SensitivityReport> result, const Question& asked);
    std::vector<std::string> modulesBelow(const std::string& layer) const;

    Session& session_;
    JobRunner& jobs_;
    Format format_;
    Format seenCustom_;
    std::unique_ptr<ModuleTree> tree_;  ///< of the model
    std::uint64_t picture_ = 0;
    std::uint64_t runs_ = 0, sweeps_ = 0;  ///< their numbers tell a dropped run's results apart
    QElapsedTimer runningSince_;
    std::shared_ptr<LayersReport> live_;  ///< of the running study, as far as it has come
    bool showsLive_ = false;
    LayersReportPtr report_;
    std::optional<Question> reported_;  ///< what `report_` answers
    std::optional<Question> asked_;     ///< what `live_` answers
    SensitivityReportPtr sensitivity_;
    std::optional<Question> swept_;  ///< what `alone_` answers
    std::optional<PlanTarget> target_;
    std::map<std::string, LayerSensitivity> alone_;
    LayerValuesPtr values_;
};

}  // namespace mantissa::ui
