#pragma once

#include <QObject>
#include <QString>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "hub_download.h"
#include "study/model_list.h"

namespace mantissa::ui {

class JobRunner;

/// A download from the hub, step by step, and the models in the hub's cache on this computer. Reaches the network in
/// `ask` and `download` alone. Works on a thread of its own, so that neither waits for a comparison.
class HubSession final : public QObject {
    Q_OBJECT

  public:
    enum class State {
        idle,
        asking,   ///< for the list of files
        planned,  ///< the list is there
        downloading,
        done  ///< the model is in the cache
    };

    explicit HubSession(QObject* parent = nullptr);
    ~HubSession() override;

    State state() const { return state_; }
    bool busy() const { return state_ == State::asking || state_ == State::downloading; }
    const std::optional<HubPlan>& plan() const { return plan_; }
    const HubOptions& options() const { return options_; }
    /// What ended the last step early; cancelled is one of them.
    const std::optional<Error>& error() const { return error_; }
    /// Of the model, once it is done.
    const std::filesystem::path& folder() const { return folder_; }

    void ask(const QString& name);
    void download();  ///< what is planned
    void cancel();    ///< what was fetched is kept for the next time
    void reset();     ///< cancels, and forgets the plan

    /// The models in the cache, as of the last look.
    const std::vector<ListedModel>& cached() const { return cached_; }
    void lookIntoCache();

  signals:
    void changed();  ///< the state, the plan or the error
    void progress(const mantissa::ProgressUpdate& update);
    void cachedChanged();

  private:
    void go(State state, std::optional<Error> error = {});

    State state_ = State::idle;
    HubOptions options_;
    std::optional<HubPlan> plan_;
    std::optional<Error> error_;
    std::filesystem::path folder_;
    std::vector<ListedModel> cached_;
    std::unique_ptr<JobRunner> jobs_;
};

}  // namespace mantissa::ui
