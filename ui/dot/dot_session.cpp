#include "dot/dot_session.h"

#include <QUndoStack>
#include <algorithm>
#include <tuple>
#include <utility>

#include "session/job_runner.h"
#include "session/session.h"
#include "storage/checkpoint.h"

namespace mantissa::ui {

namespace {

auto asTuple(const DotChoices& c) {
    return std::tie(c.data, c.terms, c.seed, c.tensors.file, c.tensors.a, c.tensors.b, c.layer, c.output,
                    c.accumulators, c.orders, c.block, c.product);
}

}  // namespace

bool operator==(const DotChoices& a, const DotChoices& b) { return asTuple(a) == asTuple(b); }

/// One step of the undo stack; steps of the same kind that follow each other are one.
class ChooseDotCommand final : public QUndoCommand {
  public:
    ChooseDotCommand(DotSession& session, const QString& name, DotChoices after, QString mergeKey)
        : QUndoCommand(name),
          session_(&session),
          before_(session.choices()),
          after_(std::move(after)),
          mergeKey_(std::move(mergeKey)) {}

    void undo() override { session_->apply(before_); }
    void redo() override { session_->apply(after_); }
    int id() const override { return mergeKey_.isEmpty() ? -1 : kId; }
    bool mergeWith(const QUndoCommand* later) override {
        const auto* next = static_cast<const ChooseDotCommand*>(later);
        if (next->session_ != session_ || next->mergeKey_ != mergeKey_) return false;
        after_ = next->after_;
        return true;
    }

  private:
    static constexpr int kId = 0x0D07;
    DotSession* session_;
    DotChoices before_, after_;
    QString mergeKey_;
};

DotSession::DotSession(Session& session, QObject* parent) : QObject(parent), session_(session), custom_(session.choices().custom) {
    connect(&session, &Session::modelChanged, this, [this] {
        // A layer's name belongs to its model.
        choices_.layer.clear();
        choices_.output = 0;
        emit choicesChanged();
        if (choices_.data == DotData::neuron) afterChange();
    });
    connect(&session, &Session::imageChanged, this, [this] {
        if (choices_.data == DotData::neuron) afterChange();
    });
    connect(&session, &Session::choicesChanged, this, [this] {
        // How the picture is prepared may have changed.
        if (choices_.data == DotData::neuron && report_ &&
            report_->source.neuron.preprocessing != session_.choices().preprocessing)
            afterChange();
    });
    connect(&session, &Session::choicesChanged, this, &DotSession::followCustom);
}

void DotSession::followCustom() {
    const Format before = std::exchange(custom_, session_.choices().custom);
    if (before == custom_) return;
    auto& accumulators = choices_.accumulators;
    const bool added = std::find(accumulators.begin(), accumulators.end(), custom_) != accumulators.end();
    const auto place = std::find(accumulators.begin(), accumulators.end(), before);
    const bool summed = place != accumulators.end() && !added;
    if (summed) *place = custom_;
    emit choicesChanged();
    if (summed) afterChange();
}

bool DotSession::busy() const { return session_.jobs().busy(JobKind::dot); }

void DotSession::choose(const QString& name, const DotChoices& choices, const QString& mergeKey) {
    if (choices == choices_) return;
    session_.undoStack().push(new ChooseDotCommand(*this, name, choices, mergeKey));
}

void DotSession::apply(const DotChoices& choices) {
    choices_ = choices;
    emit choicesChanged();
    afterChange();
}

void DotSession::afterChange() {
    if (session_.runOnChange()) return run();
    session_.jobs().drop(JobKind::dot);
    stale_ = true;
    emit staleChanged();
}

DotRequest DotSession::request() const {
    DotRequest request;
    request.product = choices_.product;
    DotSource& source = request.source;
    source.data = choices_.data;
    source.seed = choices_.seed;
    source.tensors = choices_.tensors;
    if (choices_.madeUp()) source.terms = static_cast<std::size_t>(choices_.terms);
    if (choices_.data == DotData::neuron)
        source.neuron = {.model = session_.model(),
                         .image = session_.image(),
                         .preprocessing = session_.choices().preprocessing,
                         .layer = choices_.layer,
                         .output = static_cast<std::size_t>(choices_.output)};
    for (const auto& accumulator : choices_.accumulators)
        for (const auto order : choices_.orders)
            request.sums.push_back({accumulator, {order, static_cast<std::uint64_t>(choices_.block)}});
    return request;
}

void DotSession::run() {
    if (stale_) {
        stale_ = false;
        emit staleChanged();
    }
    session_.jobs().start<DotReport>(
        JobKind::dot,
        [request = request()](std::stop_token stop, const Progress& progress) {
            return dotProduct(request, stop, progress);
        },
        [this](Result<DotReport> result) { take(std::move(result)); });
}

void DotSession::take(Result<DotReport> result) {
    if (result) {
        failure_.reset();
        report_ = std::make_shared<const DotReport>(std::move(*result));
        emit ready();
        return;
    }
    if (result.error().code == ErrorCode::cancelled) {
        stale_ = true;
        emit staleChanged();
        return;
    }
    failure_ = result.error();
    emit failed();
}

void DotSession::readTensors(const std::filesystem::path& file) {
    session_.jobs().start<QStringList>(
        JobKind::dotTensors,
        [file](std::stop_token, const Progress&) -> Result<QStringList> {
            auto checkpoint = openCheckpoint(file);
            if (!checkpoint) return std::move(checkpoint).error();
            QStringList names;
            for (const auto& tensor : checkpoint->tensors) names << QString::fromStdString(tensor.name);
            return names;
        },
        [this, file](Result<QStringList> names) {
            const QString path = QString::fromStdString(file.string());
            if (names)
                emit tensorsRead(path, *names, {});
            else
                emit tensorsRead(path, {}, QString::fromStdString(names.error().text()));
        });
}

}  // namespace mantissa::ui
