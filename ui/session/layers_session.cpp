#include "session/layers_session.h"

#include <QUndoStack>
#include <algorithm>
#include <set>
#include <utility>

#include "report/layers_json.h"
#include "session/job_runner.h"
#include "session/settings.h"
#include "storage/atomic_file.h"
#include "study/module_tree.h"

namespace mantissa::ui {
namespace {

namespace fs = std::filesystem;

constexpr int kShowLiveAfter = 400;  // ms; a study that is done sooner shows its whole at once
constexpr int kTimedRuns = 3;

}  // namespace

/// One step of the undo stack.
class ChooseLayersFormat final : public QUndoCommand {
  public:
    ChooseLayersFormat(LayersSession& layers, const Format& after)
        : QUndoCommand(QObject::tr("Look into %1").arg(QString::fromStdString(after.title))),
          layers_(layers),
          before_(layers.format()),
          after_(after) {}

    void undo() override { layers_.applyFormat(before_); }
    void redo() override { layers_.applyFormat(after_); }

  private:
    LayersSession& layers_;
    Format before_, after_;
};

std::vector<Format> layerFormats(const Format& custom) {
    std::vector<Format> formats;
    for (const char* name : {"bf16", "fp16", "tf32", "e4m3", "e5m2", "int8"}) formats.push_back(format(name));
    formats.push_back(custom);
    return formats;
}

bool LayersSession::Question::sameButKept(const Question& other) const {
    Question same = other;
    same.keep = keep;
    return *this == same;
}

LayersSession::LayersSession(Session& session, JobRunner& jobs)
    : session_(session), jobs_(jobs), seenCustom_(session.choices().custom) {
    const auto formats = layerFormats(seenCustom_);
    format_ = formats[static_cast<std::size_t>(session.settings().value(option::kLayersFormat))];
    connect(&session, &Session::modelChanged, this, &LayersSession::forgetModel);
    connect(&session, &Session::imageChanged, this, [this] { ++picture_; });
    connect(&session, &Session::choicesChanged, this, &LayersSession::followCustom);
}

LayersSession::~LayersSession() = default;

void LayersSession::forgetModel() {
    for (const auto kind : {JobKind::layers, JobKind::sensitivity, JobKind::layerValues}) jobs_.drop(kind);
    ++runs_;
    ++sweeps_;
    live_.reset();
    showsLive_ = false;
    report_.reset();
    reported_.reset();
    sensitivity_.reset();
    swept_.reset();
    alone_.clear();
    values_.reset();
    tree_ = std::make_unique<ModuleTree>(session_.model()->graph);
    emit runningChanged();
    emit reportChanged();
    emit valuesChanged();
}

void LayersSession::followCustom() {
    const Format& custom = session_.choices().custom;
    const Format before = std::exchange(seenCustom_, custom);
    if (before != custom && format_ == before) applyFormat(custom);
}

void LayersSession::chooseFormat(const Format& format) {
    if (format != format_) session_.undoStack().push(new ChooseLayersFormat(*this, format));
}

void LayersSession::applyFormat(const Format& format) {
    // An undone custom format may have become another since.
    auto formats = layerFormats(session_.choices().custom);
    const auto place = std::find(formats.begin(), formats.end(), format);
    const auto index = place == formats.end() ? formats.size() - 1 : static_cast<std::size_t>(place - formats.begin());
    format_ = formats[index];
    session_.settings().set(option::kLayersFormat, static_cast<int>(index));
    emit formatChanged();
}

LayersSession::Question LayersSession::question() const {
    const Choices& choices = session_.choices();
    return {session_.model(), picture_, choices.preprocessing, format_, choices.scales, choices.keep};
}

bool LayersSession::running() const { return jobs_.busy(JobKind::layers); }
bool LayersSession::sweeping() const { return jobs_.busy(JobKind::sensitivity); }
bool LayersSession::inspecting() const { return jobs_.busy(JobKind::layerValues); }
bool LayersSession::isWanted() const {
    if (!canRun() || jobs_.busy(JobKind::openModel) || jobs_.busy(JobKind::openImage)) return false;
    return running() ? !(asked_ == question()) : !report_ || stale();
}
bool LayersSession::stale() const { return reported_ && !(*reported_ == question()); }

template <class Request>
Request LayersSession::requestOf(const Question& asked) const {
    Request request;
    request.model = asked.model;
    request.image = session_.image();
    request.preprocessing = asked.preprocessing;
    request.format = asked.format;
    request.overrides = keepingInFp32(asked.model->graph, asked.keep, asked.format);
    request.threads = session_.settings().value(option::kThreads);
    return request;
}

/// The modules of the model, of which nothing is known yet.
std::shared_ptr<LayersReport> LayersSession::emptyReport(const Question& asked) const {
    auto report = std::make_shared<LayersReport>();
    report->model = asked.model;
    report->image = session_.image();
    report->format = asked.format;
    report->partial = true;
    for (const ModuleNode& module : tree_->modules()) {
        LayerReport& layer = report->layers.emplace_back();
        layer.path = module.path;
        layer.parent = module.parent;
        layer.depth = module.depth;
    }
    return report;
}

void LayersSession::run() {
    if (!canRun()) return;
    const Question asked = question();
    auto request = requestOf<LayersRequest>(asked);
    request.runs = kTimedRuns;
    const std::uint64_t number = ++runs_;
    request.ready = [this, number](const LayerReport& layer, std::size_t index) {
        QMetaObject::invokeMethod(
            this,
            [this, number, layer, index] {
                if (number == runs_ && live_) takeLayer(layer, index);
            },
            Qt::QueuedConnection);
    };
    asked_ = asked;
    live_ = emptyReport(asked);
    const bool wasLive = std::exchange(showsLive_, false);
    runningSince_.start();
    jobs_.start<LayersReport>(
        JobKind::layers, jobOf(&analyseLayers, std::move(request), asked.scales),
        [this, asked](Result<LayersReport> result) { take(std::move(result), asked); });
    emit runningChanged();
    if (wasLive) emit reportChanged();
}

void LayersSession::takeLayer(const LayerReport& layer, std::size_t index) {
    if (index >= live_->layers.size()) return;
    live_->layers[index] = layer;
    if (showsLive_) {
        emit layerReady(static_cast<int>(index));
    } else if (runningSince_.elapsed() > kShowLiveAfter) {
        showsLive_ = true;
        emit reportChanged();
    }
}

void LayersSession::take(Result<LayersReport> result, const Question& asked) {
    live_.reset();
    const bool wasLive = std::exchange(showsLive_, false);
    if (!result) {
        emit runningChanged();
        if (wasLive) emit reportChanged();
        return session_.tell({tr("The layers were not looked into"), result.error(), {}, Problem::Kind::layers});
    }
    report_ = std::make_shared<const LayersReport>(*std::move(result));
    reported_ = asked;
    session_.dismissProblem();
    emit runningChanged();
    emit reportChanged();
}

void LayersSession::sweep(const std::optional<PlanTarget>& target) {
    if (!canRun()) return;
    const Question asked = question();
    SensitivityRequest request{.model = asked.model,
                               .image = session_.image(),
                               .tensor = {},
                               .preprocessing = asked.preprocessing,
                               .format = asked.format,
                               .rounding = {},
                               .scales = {},
                               .target = target,
                               .threads = session_.settings().value(option::kThreads),
                               .ready = {}};
    const std::uint64_t number = ++sweeps_;
    request.ready = [this, number](const LayerSensitivity& layer) {
        QMetaObject::invokeMethod(
            this,
            [this, number, layer] {
                if (number != sweeps_) return;
                alone_[layer.layer] = layer;
                emit sweepChanged();
            },
            Qt::QueuedConnection);
    };
    target_ = target;
    if (!swept_ || !swept_->sameButKept(asked)) alone_.clear();
    swept_ = asked;
    jobs_.start<SensitivityReport>(
        JobKind::sensitivity, jobOf(&analyseSensitivity, std::move(request), asked.scales),
        [this, asked](Result<SensitivityReport> result) { takeSensitivity(std::move(result), asked); });
    emit runningChanged();
    emit sweepChanged();
}

void LayersSession::takeSensitivity(Result<SensitivityReport> result, const Question& asked) {
    emit runningChanged();
    if (!result)
        return session_.tell({tr("The layers were not tried one by one"), result.error(), {}, Problem::Kind::layers});
    for (const auto& layer : result->layers) alone_[layer.layer] = layer;
    sensitivity_ = std::make_shared<const SensitivityReport>(*std::move(result));
    swept_ = asked;
    session_.dismissProblem();
    emit sweepChanged();
}

SensitivityReportPtr LayersSession::sensitivity() const {
    const bool same = sensitivity_ && swept_ && swept_->sameButKept(question()) && sensitivity_->format == format_;
    return same ? sensitivity_ : nullptr;
}

const LayerSensitivity* LayersSession::alone(const std::string& layer) const {
    const auto& shown = showsLive_ ? asked_ : reported_;
    if (!swept_ || !shown || !swept_->sameButKept(*shown)) return nullptr;
    const auto found = alone_.find(layer);
    return found == alone_.end() ? nullptr : &found->second;
}

void LayersSession::inspect(const std::string& layer) {
    if (!canRun()) return;
    auto request = requestOf<LayerValuesRequest>(question());
    request.layer = layer;
    jobs_.start<LayerValues>(
        JobKind::layerValues, jobOf(&layerValues, std::move(request), session_.choices().scales),
        [this, layer](Result<LayerValues> result) {
            if (!result) {
                emit valuesChanged();
                return session_.tell({tr("The values of “%1” were not read").arg(QString::fromStdString(layer)),
                                      result.error(),
                                      {},
                                      Problem::Kind::layers});
            }
            values_ = std::make_shared<const LayerValues>(*std::move(result));
            emit valuesChanged();
        });
    emit valuesChanged();
}

void LayersSession::forgetValues() {
    jobs_.drop(JobKind::layerValues);
    values_.reset();
    emit valuesChanged();
}

std::vector<std::string> LayersSession::modulesBelow(const std::string& layer) const {
    std::vector<std::string> below;
    if (!tree_) return below;
    for (const ModuleNode& module : tree_->modules())
        if (!module.path.empty() && (layer.empty() || isAtOrBelow(module.path, layer))) below.push_back(module.path);
    return below;
}

void LayersSession::setKept(const std::string& layer, bool kept) {
    const auto below = modulesBelow(layer);
    std::vector<std::string> keep = session_.choices().keep;
    std::erase_if(keep,
                  [&](const std::string& path) { return std::find(below.begin(), below.end(), path) != below.end(); });
    if (kept) keep.insert(keep.end(), below.begin(), below.end());
    const QString name = layer.empty() ? tr("every layer") : QString::fromStdString(layer);
    keepOnly((kept ? tr("Keep %1 in FP32") : tr("Cast %1 again")).arg(name), keep);
}

void LayersSession::keepOnly(const QString& name, const std::vector<std::string>& layers) {
    const std::set<std::string> wanted(layers.begin(), layers.end());
    Choices choices = session_.choices();
    choices.keep.clear();
    for (const auto& path : modulesBelow({}))
        if (wanted.contains(path)) choices.keep.push_back(path);
    session_.choose(name, choices);
}

LayersSession::Kept LayersSession::kept(const std::string& layer) const {
    const auto& keep = session_.choices().keep;
    if (keep.empty() || !tree_) return Kept::none;
    std::size_t all = 0, kept = 0;
    for (const ModuleNode& module : tree_->modules()) {
        // What has no operators of its own is kept with those below.
        if (module.own.empty() || !(layer.empty() || isAtOrBelow(module.path, layer))) continue;
        ++all;
        kept += std::find(keep.begin(), keep.end(), module.path) != keep.end();
    }
    return kept == 0 ? Kept::none : kept == all ? Kept::all : Kept::some;
}

void LayersSession::save(const fs::path& path, FileForm form) {
    const auto shown = report();
    if (!shown) return;
    jobs_.start<Done>(
        JobKind::save,
        [shown, alone = sensitivity(), path, form](std::stop_token, const Progress&) {
            return writeFileAtomically(
                path, form == FileForm::csv ? layersCsv(*shown, alone.get()) : layersJson(*shown, alone.get()));
        },
        [this, path](Status written) {
            if (!written)
                return session_.tell({tr("“%1” was not written").arg(QString::fromStdString(path.filename().string())),
                                      written.error(), path, Problem::Kind::layers});
            emit saved(QString::fromStdString(path.string()));
        });
}

}  // namespace mantissa::ui
