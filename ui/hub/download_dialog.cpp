#include "hub/download_dialog.h"

#include <QCloseEvent>
#include <QFontMetrics>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "number_text.h"
#include "session/hub_session.h"
#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/elided_label.h"

namespace mantissa::ui {
namespace {

constexpr int kBarSteps = 1000;     // of the progress bar
constexpr int kCellMargin = 24;  // px beside a cell's text
constexpr int kRow = 24;         // px
constexpr double kRateSettled = 1;   // s after which a rate is worth saying
constexpr int kCommitDigits = 12;

QString text(const std::string& words) { return QString::fromStdString(words); }

/// A table without a tree: whole rows, one column that stretches, arrow keys inside and Tab out of it.
QTreeWidget* rowsOf(const QStringList& headers, const QString& name, int rows) {
    auto* table = new QTreeWidget;
    table->setColumnCount(static_cast<int>(headers.size()));
    table->setHeaderLabels(headers);
    table->setRootIsDecorated(false);
    table->setUniformRowHeights(true);
    table->setAllColumnsShowFocus(true);
    table->setTextElideMode(Qt::ElideMiddle);
    table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    table->setAccessibleName(name);
    table->header()->setSectionsMovable(false);
    table->header()->setStretchLastSection(false);
    table->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    table->setMinimumHeight((rows + 1) * kRow + 4);
    return table;
}

QTreeWidgetItem* addRow(QTreeWidget* table, const QStringList& cells) {
    auto* row = new QTreeWidgetItem(table, cells);
    const QFont font = themeFont(FontRole::numbers, kTablePixels);
    row->setFont(0, font);
    row->setSizeHint(0, {QFontMetrics(font).horizontalAdvance(cells[0]) + kCellMargin, kRow});
    return row;
}

/// "The hub does not answer." from an error's words, after what it is about.
QString sentence(const Error& error) {
    QString words = text(error.text());
    return words.endsWith('.') ? words : words + '.';
}

}  // namespace

DownloadDialog::DownloadDialog(HubSession& hub, QWidget* parent) : QDialog(parent), hub_(hub) {
    setWindowTitle(tr("Download from Hugging Face"));
    resize(680, 540);
    hub_.reset();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(14, 14, 14, 14);
    layout->setSpacing(8);
    layout->addWidget(makeNameRow());
    suggestions_ = rowsOf({tr("To start with"), tr("What it is")}, tr("Models to start with"), 5);
    suggestions_->setMaximumHeight(suggestions_->minimumHeight() + 6);
    fillSuggestions();
    layout->addWidget(suggestions_);
    layout->addSpacing(4);
    facts_ = roleLabel({}, "", this);
    caution_ = roleLabel({}, "cautionText", this);
    for (QLabel* label : {facts_, caution_}) {
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        layout->addWidget(label);
    }
    files_ = rowsOf({tr("File"), tr("Size"), tr("On this computer")}, tr("Files"), 4);
    for (const int column : {1, 2}) files_->headerItem()->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    files_->setSelectionMode(QAbstractItemView::NoSelection);
    layout->addWidget(files_, 1);
    place_ = new ElidedLabel(Qt::ElideMiddle, this);
    place_->setProperty("role", "caption");
    layout->addWidget(place_);
    bar_ = new QProgressBar(this);
    bar_->setTextVisible(false);
    bar_->setFixedHeight(12);
    bar_->setAccessibleName(tr("Progress"));
    layout->addWidget(bar_);
    status_ = roleLabel({}, "secondary", this);
    status_->setWordWrap(true);
    status_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    layout->addWidget(status_);

    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    close_ = new QPushButton(this);
    download_ = new QPushButton(this);
    open_ = new QPushButton(tr("Open model"), this);
    buttons->addWidget(close_);
    buttons->addStretch(1);
    for (QPushButton* button : {download_, open_}) {
        button->setProperty("role", "primary");
        buttons->addWidget(button);
    }
    for (QPushButton* button : {close_, download_, open_, ask_}) button->setAutoDefault(false);
    layout->addLayout(buttons);

    connect(close_, &QPushButton::clicked, this, &DownloadDialog::reject);
    connect(download_, &QPushButton::clicked, this, [this] {
        running_.start();
        firstByte_ = hub_.plan()->bytes() - hub_.plan()->bytesToFetch();
        hub_.download();
    });
    connect(open_, &QPushButton::clicked, this, &DownloadDialog::openModel);
    connect(&hub_, &HubSession::changed, this, &DownloadDialog::showState);
    connect(&hub_, &HubSession::progress, this, &DownloadDialog::showProgress);
    showState();
}

QWidget* DownloadDialog::makeNameRow() {
    auto* row = new QWidget(this);
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    name_ = new QLineEdit(row);
    name_->setPlaceholderText(tr("ORG/NAME, ORG/NAME@REVISION or the address of its page"));
    name_->setAccessibleName(tr("Model"));
    ask_ = new QPushButton(tr("Show files"), row);
    ask_->setToolTip(tr("Asks the hub which files the model has. Nothing else is fetched."));
    auto* label = roleLabel(tr("&Model"), "", row);
    label->setBuddy(name_);
    layout->addWidget(label);
    layout->addWidget(name_, 1);
    layout->addWidget(ask_);
    connect(ask_, &QPushButton::clicked, this, &DownloadDialog::ask);
    // The list that is shown belongs to the name that it was asked for.
    connect(name_, &QLineEdit::textChanged, this, [this] { hub_.reset(); });
    return row;
}

void DownloadDialog::fillSuggestions() {
    for (const SuggestedModel& model : kSuggestedModels)
        addRow(suggestions_, {QString::fromLatin1(model.name), tr(model.words)});
    suggestions_->header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    suggestions_->header()->setSectionResizeMode(1, QHeaderView::Stretch);
    // A click only fills in the name; Enter, a double click and the button ask the hub.
    connect(suggestions_, &QTreeWidget::itemClicked, this, &DownloadDialog::showSuggestion);
    connect(suggestions_, &QTreeWidget::itemActivated, this, [this] {
        showSuggestion();
        ask();
    });
}

void DownloadDialog::showSuggestion() {
    if (const auto* item = suggestions_->currentItem(); item && !hub_.busy()) name_->setText(item->text(0));
}

void DownloadDialog::ask() { hub_.ask(name_->text()); }

void DownloadDialog::openModel() {
    emit openRequested(text(hub_.folder().string()));
    accept();
}

void DownloadDialog::reject() {
    if (hub_.busy()) return hub_.cancel();
    QDialog::reject();
}

void DownloadDialog::closeEvent(QCloseEvent* event) {
    hub_.reset();  // else it would only be cancelled, and the dialog stay
    QDialog::closeEvent(event);
}

void DownloadDialog::showState() {
    using State = HubSession::State;
    const State state = hub_.state();
    const bool busy = hub_.busy();
    name_->setReadOnly(busy);
    ask_->setEnabled(!busy && !name_->text().trimmed().isEmpty());
    close_->setText(busy ? tr("Cancel") : tr("Close"));
    download_->setVisible(state == State::planned || state == State::downloading);
    download_->setEnabled(state == State::planned);
    open_->setVisible(state == State::done);
    // Enter does the next step.
    ask_->setDefault(state == State::idle);
    download_->setDefault(state == State::planned);
    open_->setDefault(state == State::done);
    if (state == State::done) open_->setFocus();
    bar_->setVisible(busy);
    if (state == State::asking) bar_->setRange(0, 0);
    updateFiles();
    updateStatus();
}

void DownloadDialog::updateFiles() {
    files_->clear();
    const auto& plan = hub_.plan();
    caution_->setVisible(plan && plan->problem);
    place_->setVisible(plan.has_value());
    files_->setEnabled(plan.has_value());
    if (!plan) {
        facts_->setText(tr("The files that Mantissa would fetch, and their sizes, are listed here first."));
        return;
    }
    const QString commit = text(plan->commit).left(kCommitDigits);
    facts_->setText(plan->architecture.empty()
                        ? tr("%1, commit %2").arg(text(plan->name.text()), commit)
                        : tr("%1: %2, commit %3").arg(text(plan->name.text()), text(plan->architecture), commit));
    if (plan->problem) caution_->setText(tr("Mantissa does not run it: %1").arg(text(plan->problem->message)));
    for (const auto& file : plan->files) {
        const QString here = file.bytesHere == file.file.bytes ? tr("all")
                             : file.bytesHere > 0              ? bytesText(file.bytesHere)
                                                               : QString();
        QTreeWidgetItem* row = addRow(files_, {text(file.file.name), bytesText(file.file.bytes), here});
        row->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
        row->setTextAlignment(2, Qt::AlignRight | Qt::AlignVCenter);
        row->setToolTip(0, plainToolTip(text(file.file.digest)));
    }
    const auto left = plan->bytesToFetch();
    download_->setText(left > 0 ? tr("Download %1").arg(bytesText(left)) : tr("Add to the models"));
    place_->setText(tr("From %1 to %2").arg(text(hub_.options().host()), text(hub_.options().cache.string())));
}

void DownloadDialog::updateStatus() {
    using State = HubSession::State;
    if (const auto& error = hub_.error()) {
        if (error->code != ErrorCode::cancelled) return setStatus(sentence(*error), "errorText");
        return setStatus(hub_.plan()
                             ? tr("Cancelled. What was fetched is kept, and the next download goes on from there.")
                             : tr("Cancelled."),
                         "secondary");
    }
    switch (hub_.state()) {
        case State::idle:
            return setStatus(tr("Nothing is sent or fetched before you ask for it."), "secondary");
        case State::asking:
            return setStatus(tr("Asking %1").arg(text(hub_.options().host())), "secondary");
        case State::planned:
            return setStatus(hub_.plan()->bytesToFetch() > 0 ? QString() : tr("All of it is on this computer."),
                             "secondary");
        case State::downloading:
            return setStatus(tr("Connecting to %1").arg(text(hub_.options().host())), "secondary");
        case State::done:
            return setStatus(
                tr("It is on this computer, size and digest of every file checked. The model list has it from now on."),
                "secondary");
    }
}

void DownloadDialog::setStatus(const QString& words, const char* role) {
    status_->setText(words);
    status_->setAccessibleName(words);
    if (status_->property("role").toString() == QLatin1String(role)) return;
    status_->setProperty("role", QString::fromLatin1(role));
    restyle(status_);
}

void DownloadDialog::showProgress(const ProgressUpdate& progress) {
    const auto done = static_cast<double>(progress.done),
               total = static_cast<double>(std::max<std::int64_t>(progress.total, 1));
    bar_->setRange(0, kBarSteps);
    bar_->setValue(static_cast<int>(done / total * kBarSteps));
    const ByteUnit unit = byteUnitFor(progress.total);
    QString words =
        tr("%1: %2 of %3 %4")
            .arg(text(progress.stage), bytesText(progress.done, unit), bytesText(progress.total, unit), unit.name);
    const double seconds = static_cast<double>(running_.elapsed()) / 1000;
    const double rate = (done - static_cast<double>(firstByte_)) / std::max(seconds, 0.001);
    if (seconds > kRateSettled && rate > 0)
        words += tr(", %1/s, about %2 s left")
                     .arg(bytesText(static_cast<std::int64_t>(rate)),
                          groupedText(static_cast<std::int64_t>((total - done) / rate + 0.5)));
    setStatus(words, "secondary");
}

}  // namespace mantissa::ui
