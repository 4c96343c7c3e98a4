#include "window/job_status.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <algorithm>

#include "number_text.h"
#include "widgets/card.h"

namespace mantissa::ui {
namespace {

constexpr int kMoment = 150;       // ms before it is said what runs
constexpr int kPatience = 1000;    // ms before progress is shown
constexpr double kSettled = 0.15;  // part of the work after which the time left is worth saying
constexpr int kSteps = 1000;

}  // namespace

JobStatus::JobStatus(QWidget* parent) : QWidget(parent) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 0, 0, 0);
    layout->setSpacing(8);
    text_ = roleLabel({}, "", this);
    bar_ = new QProgressBar(this);
    bar_->setFixedSize(180, 12);
    bar_->setTextVisible(false);
    bar_->setAccessibleName(tr("Progress"));
    stage_ = roleLabel({}, "", this);
    cancel_ = new QPushButton(tr("Cancel"), this);
    cancel_->setToolTip(tr("Stop what is running (Esc). What is finished is kept."));
    cancel_->setStyleSheet(QStringLiteral("min-height: 18px; padding: 0 8px;"));
    for (QWidget* widget : {static_cast<QWidget*>(text_), static_cast<QWidget*>(bar_), static_cast<QWidget*>(stage_),
                            static_cast<QWidget*>(cancel_)})
        layout->addWidget(widget);
    layout->addStretch(1);
    delay_.setSingleShot(true);
    delay_.setInterval(kPatience);
    connect(&delay_, &QTimer::timeout, this, [this] {
        bar_->show();
        cancel_->show();
    });
    moment_.setSingleShot(true);
    moment_.setInterval(kMoment);
    connect(&moment_, &QTimer::timeout, this, [this] {
        text_->hide();
        stage_->show();
    });
    connect(cancel_, &QPushButton::clicked, this, [this] {
        stage_->setText(tr("Stopping at the next operator"));
        emit cancelRequested();
    });
    setIdle();
}

QString JobStatus::text() const { return stage_->isHidden() ? text_->text() : stage_->text(); }

void JobStatus::setText(const QString& text) {
    text_->setText(text);
    if (!text_->property("role").toString().isEmpty()) {
        text_->setProperty("role", QString());
        restyle(text_);
    }
}

void JobStatus::setErrorText(const QString& text) {
    text_->setText(text);
    text_->setProperty("role", "errorText");
    restyle(text_);
}

void JobStatus::setRunning(const QString& work) {
    bar_->setRange(0, 0);
    stage_->setText(work);
    running_.start();
    moment_.start();
    delay_.start();
}

void JobStatus::setIdle() {
    moment_.stop();
    delay_.stop();
    text_->show();
    bar_->hide();
    stage_->hide();
    cancel_->hide();
}

void JobStatus::setProgress(const ProgressUpdate& update) {
    QString stage = QString::fromStdString(update.stage);
    if (update.total > 0) {
        const double part = std::clamp(static_cast<double>(update.done) / static_cast<double>(update.total), 0.0, 1.0);
        bar_->setRange(0, kSteps);
        bar_->setValue(static_cast<int>(part * kSteps));
        if (part > kSettled && part < 1) {
            const double left = static_cast<double>(running_.elapsed()) / 1000 * (1 - part) / part;
            if (left >= 1) stage += tr(", about %1 s left").arg(groupedText(static_cast<std::int64_t>(left + 0.5)));
        }
    } else {
        bar_->setRange(0, 0);
    }
    stage_->setText(stage);
}

}  // namespace mantissa::ui
