#pragma once

#include <QImage>
#include <QObject>
#include <QString>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "graph/sidecar.h"
#include "session/scale_choices.h"
#include "study/compare.h"
#include "study/memory.h"
#include "study/self_check.h"

class QUndoStack;

namespace mantissa::ui {

class FolderSession;
class JobRunner;
class LayersSession;
class Settings;

/// What the user chose for a comparison; one entry of the undo stack each.
struct Choices {
    Format reference = format("fp32");
    std::vector<Format> candidates;  ///< in the order of the toggles
    std::vector<Format> emulated;  ///< of these, the ones that the user wants emulated even where native kernels exist
    Format custom = *findFormat("e6m9");  ///< what "Custom" is now, on every page
    CastScope scope = CastScope::weightsAndActivations;
    ScaleChoices scales;                         ///< of emulated formats
    std::optional<Preprocessing> preprocessing;  ///< instead of the model's own
    /// Modules whose own operators and weights stay in FP32, by path, in the order of the model.
    std::vector<std::string> keep;

    bool operator==(const Choices&) const = default;
};

/// The choices with another custom format, also where the one before is compared or the reference.
Choices withCustom(Choices choices, const Format& custom);

/// Something that went wrong, ready to be shown in place.
struct Problem {
    QString title;  ///< "“x.safetensors” was not opened"
    Error error;
    std::filesystem::path path;  ///< the file at fault; empty when none is
    enum class Kind { model, image, comparison, memory, evaluation, layers, file } kind = Kind::file;
};

using CompareReportPtr = std::shared_ptr<const CompareReport>;
using MemoryReportPtr = std::shared_ptr<const MemoryReport>;
using SelfCheckPtr = std::shared_ptr<const Result<SelfCheckReport>>;

/// Whether `path` holds a picture, by its content; by its name where the content says nothing.
bool looksLikePicture(const std::filesystem::path& path);

/// What is loaded and chosen, and the results. The window and its pages read it and follow its signals; everything that
/// takes time runs on its job runner. A failed open or run leaves everything as it was and says so through `problem`.
class Session final : public QObject {
    Q_OBJECT

  public:
    explicit Session(Settings& settings, QObject* parent = nullptr);
    ~Session() override;

    Settings& settings() const { return settings_; }
    const ModelPtr& model() const { return model_; }
    const std::optional<SourceImage>& image() const { return image_; }
    const Choices& choices() const { return choices_; }
    const CompareReportPtr& report() const { return report_; }
    const MemoryReportPtr& memoryReport() const { return memoryReport_; }
    /// Null before the first check has ended.
    const SelfCheckPtr& selfCheckReport() const { return selfCheck_; }
    QUndoStack& undoStack() const { return *undoStack_; }
    JobRunner& jobs() const { return *jobs_; }

    /// The preprocessing that a run would use now: the user's, else the model's.
    Preprocessing preprocessing() const;
    /// What is shown no longer belongs to what is chosen, and nothing is running to change that.
    bool stale() const;
    bool busy() const;
    QString work() const;  ///< what runs now, in words: "Comparing formats on mobilevit-small"; empty when nothing does

    void openModel(const std::filesystem::path& path);
    void openImage(const std::filesystem::path& path);
    /// A file or folder whose kind is not known yet: pictures by their content, all else as a model.
    void open(const std::filesystem::path& path);
    void pasteImage(const QImage& picture);
    void useImage(SourceImage image);  ///< one that is open already

    FolderSession& folder() const { return *folder_; }
    LayersSession& layers() const { return *layers_; }
    /// Emits `cancelled` for a cancelled job, else `problem`.
    void tell(const Problem& problem);

    /// Keeps this input, and these names of classes where there are any, in a file beside the model, and opens it anew
    /// with them. What goes wrong comes as `problem`.
    void rememberInput(const Sidecar& sidecar);
    /// Removes that file and opens the model anew as its own files say.
    void forgetInput();

    /// Changes the choices, undoably, under this name ("Turn on FP16"), and runs when "Run on change" is on.
    void choose(const QString& name, const Choices& choices);
    /// The custom format that another page has made, without an entry of its own on the undo stack. One that has a name
    /// (E4M3) is compared under that name, so the custom one stays what it was.
    void setCustom(const Format& custom);
    void setRunOnChange(bool on);
    bool runOnChange() const;

    void run();     ///< compares; does nothing without model and image
    void cancel();  ///< the running job; finished parts are kept
    /// Puts the problem shown aside; the user has read it.
    void dismissProblem();
    /// Measures memory of these formats with the loaded model and picture; the answer comes as memoryReady.
    void measureMemory(const std::vector<Format>& formats, int batch);
    /// Checks the number formats against LibTorch, once; the answer comes as selfCheckReady.
    void checkItself();

  signals:
    void modelChanged();
    void imageChanged();
    void choicesChanged();
    void compareReady();
    void memoryReady();
    void selfCheckReady();
    void staleChanged();
    void problem(const mantissa::ui::Problem& problem);
    void problemSolved();  ///< what went wrong went well now, or the user put the problem aside
    void cancelled();      ///< a job stopped because the user asked for it; nothing changed
    void busyChanged(bool busy);
    void progress(const mantissa::ProgressUpdate& update);

  private:
    friend class ChooseCommand;
    void apply(const Choices& choices);
    void takeModel(ModelPtr model, const std::filesystem::path& path);
    void reopenAfter(const Status& status);
    void makeWay();  ///< the comparison, and what went wrong before, for a file that is to be opened
    void notOpened(Problem::Kind kind, const std::filesystem::path& path, const Error& error);
    void solve(Problem::Kind kind);
    void takeReport(Result<CompareReport> result);
    void afterChange();
    void setStale(bool stale);

    Settings& settings_;
    std::unique_ptr<JobRunner> jobs_;
    std::unique_ptr<FolderSession> folder_;
    std::unique_ptr<LayersSession> layers_;
    std::unique_ptr<QUndoStack> undoStack_;
    ModelPtr model_;
    std::optional<SourceImage> image_;
    Choices choices_;
    CompareReportPtr report_;
    MemoryReportPtr memoryReport_;
    SelfCheckPtr selfCheck_;
    std::optional<Problem::Kind> problem_;  ///< of the last one that was told and is not solved
    bool stale_ = false;
    bool outdated_ = false;  ///< something changed since the last run began, or it gave way: to be run, or stale
    bool modelChoiceWasMade_ = false;  ///< one that means nothing for another model
};

}  // namespace mantissa::ui
