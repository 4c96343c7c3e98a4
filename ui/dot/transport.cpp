#include "dot/transport.h"

#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <algorithm>

#include "widgets/card.h"

namespace mantissa::ui {
namespace {

constexpr int kLeastSpeed = 5, kMostSpeed = 500, kSpeed = 50;  // steps/s
constexpr int kTick = 20;                                      // ms

}  // namespace

Transport::Transport(QWidget* parent)
    : QWidget(parent),
      back_(new QPushButton(tr("‹ Step"), this)),
      forward_(new QPushButton(tr("Step ›"), this)),
      play_(new QPushButton(tr("Play"), this)),
      reset_(linkButton(tr("Reset"), this)),
      speed_(new QSpinBox(this)) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(6);
    back_->setAccessibleName(tr("One step back"));
    forward_->setAccessibleName(tr("One step on"));
    play_->setToolTip(tr("Let the inspected step run; in the charts Left and Right move it"));
    reset_->setToolTip(tr("Back to the first step"));
    speed_->setRange(kLeastSpeed, kMostSpeed);
    speed_->setSingleStep(5);
    speed_->setValue(kSpeed);
    speed_->setSuffix(tr(" /s"));
    speed_->setAccessibleName(tr("Speed of Play, steps a second"));
    grid->addWidget(back_, 0, 0);
    grid->addWidget(forward_, 0, 1);
    grid->addWidget(reset_, 0, 2);
    grid->addWidget(play_, 1, 0);
    grid->addWidget(speed_, 1, 1);
    timer_.setInterval(kTick);
    connect(&timer_, &QTimer::timeout, this, &Transport::tick);
    connect(back_, &QPushButton::clicked, this, [this] { moveBy(-1); });
    connect(forward_, &QPushButton::clicked, this, [this] { moveBy(1); });
    connect(reset_, &QPushButton::clicked, this, [this] {
        setPlaying(false);
        emit stepChosen(1);
    });
    connect(play_, &QPushButton::clicked, this, [this] {
        if (!playing() && step_ == last_) emit stepChosen(1);
        setPlaying(!playing());
    });
    updateButtons();
}

void Transport::setRange(quint64 last) {
    last_ = std::max<quint64>(1, last);
    step_ = std::min(step_, last_);
    updateButtons();
}

void Transport::setStep(quint64 step) {
    step_ = step;
    updateButtons();
}

void Transport::setPlaying(bool on) {
    owed_ = 0;
    if (on)
        timer_.start();
    else
        timer_.stop();
    updateButtons();
}

void Transport::moveBy(qint64 by) {
    const auto to = std::clamp<qint64>(static_cast<qint64>(step_) + by, 1, static_cast<qint64>(last_));
    emit stepChosen(static_cast<quint64>(to));
}

void Transport::tick() {
    owed_ += speed_->value() * kTick / 1000.0;
    const auto steps = static_cast<qint64>(owed_);
    if (steps == 0) return;
    owed_ -= static_cast<double>(steps);
    moveBy(steps);
    if (step_ == last_) setPlaying(false);
}

void Transport::updateButtons() {
    play_->setText(playing() ? tr("Pause") : tr("Play"));
    back_->setEnabled(step_ > 1);
    forward_->setEnabled(step_ < last_);
    reset_->setEnabled(step_ > 1);
    play_->setEnabled(last_ > 1);
}

}  // namespace mantissa::ui
