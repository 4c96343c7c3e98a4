#pragma once

#include <QObject>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "charts/export_all.h"
#include "progress.h"

namespace mantissa::ui {

class JobRunner;

/// Writes charts to files without holding up the window: each is painted in a turn of its own of the event loop, then
/// encoded and written on another thread. One is in hand at a time, because at 4× its pixels take 26 MB.
class ChartWriter final : public QObject {
    Q_OBJECT

  public:
    struct Outcome {
        std::vector<std::filesystem::path> written;  ///< each whole
        std::size_t asked = 0;
        std::optional<Error> error;  ///< why it stopped early
    };

    explicit ChartWriter(QObject* parent = nullptr);
    ~ChartWriter() override;

    /// Does nothing while it writes others.
    void start(std::vector<ChartToWrite> charts);
    /// Stops after the chart in hand, which is not written; `finished` still comes.
    void cancel();
    bool busy() const { return busy_; }

  signals:
    /// `stage` names the file; `done` of `total` charts are written before it.
    void progress(const mantissa::ProgressUpdate& update);
    void finished(const mantissa::ui::ChartWriter::Outcome& outcome);

  private:
    void goOn();
    void paintNext();
    void finish(std::optional<Error> error);

    std::unique_ptr<JobRunner> jobs_;
    std::vector<ChartToWrite> charts_;
    std::size_t next_ = 0;
    Outcome outcome_;
    bool busy_ = false;
    bool cancelled_ = false;
};

}  // namespace mantissa::ui
