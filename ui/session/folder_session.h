#pragma once

#include <QImage>
#include <QObject>
#include <QTemporaryDir>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "image/picture_set.h"
#include "session/session.h"
#include "study/evaluate.h"

namespace mantissa::ui {

class JobRunner;

using EvaluateReportPtr = std::shared_ptr<const EvaluateReport>;

/// A folder of pictures, evaluated with the session's model and choices. Part of the session; runs on its jobs.
class FolderSession final : public QObject {
    Q_OBJECT

  public:
    FolderSession(Session& session, JobRunner& jobs);

    void setSource(const PictureSource& source);
    const std::optional<PictureSource>& source() const { return source_; }

    /// Evaluates; goes on where a run of the same question was cancelled. Does nothing without a model and a source.
    void run();
    bool running() const;
    /// A run of what is chosen now was cancelled and can go on.
    bool canGoOn() const;

    const EvaluateReportPtr& report() const { return report_; }
    /// The report belongs to another model, other pictures or other choices than those now chosen.
    bool stale() const;

    /// Opens a picture of the report for comparing.
    void openPicture(std::uint32_t picture);
    /// Small versions of pictures of the report; each comes as thumbnailReady. A new request takes the place of the
    /// last.
    void requestThumbnails(const std::vector<std::uint32_t>& pictures, int side);

    /// Writes the report: one row a picture and format as CSV, or the summary as JSON.
    enum class FileForm { csv, json };
    void save(const std::filesystem::path& path, FileForm form);

  signals:
    void sourceChanged();
    void runningChanged();
    void reportReady();
    void pictureOpened();
    void saved(const QString& path);
    void thumbnailReady(std::uint32_t picture, const QImage& thumbnail);

  private:
    /// Everything that a report depends on.
    struct Question {
        ModelPtr model;
        PictureSource source;
        Choices choices;
        bool operator==(const Question& other) const;
    };
    std::optional<Question> question() const;
    void take(Result<EvaluateReport> result, const Question& asked);

    Session& session_;
    JobRunner& jobs_;
    std::optional<PictureSource> source_;
    EvaluateReportPtr report_;
    std::optional<Question> reported_;  ///< what `report_` answers
    std::optional<Question> kept_;      ///< whose rows the partial file holds
    QTemporaryDir folder_;              ///< of the partial file
};

}  // namespace mantissa::ui
