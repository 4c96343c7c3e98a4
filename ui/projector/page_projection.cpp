#include "projector/page_projection.h"

#include <QAbstractSpinBox>
#include <QCoreApplication>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <utility>

#include "charts/chart.h"
#include "pages/page.h"
#include "theme/theme.h"
#include "widgets/card.h"

namespace mantissa::ui {
namespace {

constexpr int kWholeBelow = 700;  // px that a page needs at least and is still shown whole, somewhat smaller

}  // namespace

PageProjection::PageProjection(Page& page, QStackedWidget& home, QWidget* parent)
    : Projection(parent), page_(&page), home_(home) {
    setProperty("role", "page");
    setAttribute(Qt::WA_StyledBackground);
    auto* place = roleLabel(tr("%1 is on the projector. Esc there brings it back.").arg(page.title()), "secondary");
    place->setAlignment(Qt::AlignCenter);
    place_ = place;
    const int index = home_.indexOf(page_);
    home_.removeWidget(page_);
    home_.insertWidget(index, place_);
    home_.setCurrentIndex(index);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(makeTop());
    // Large is the point: a page that would have to be small to fit in the screen's height is scrolled.
    auto* scroll = new QScrollArea(this);
    scroll->setProperty("role", "page");
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* around = new QWidget;
    auto* inside = new QVBoxLayout(around);
    inside->setContentsMargins(kPageMargin, 0, kPageMargin, 8);
    inside->addWidget(page_);
    page_->setProjected(true);
    page_->setWidthClass(WidthClass::narrow);
    page_->show();
    scroll->setWidget(around);
    const QSize least = around->minimumSizeHint();
    scroll->setMinimumWidth(least.width() + scroll->verticalScrollBar()->sizeHint().width());
    if (least.height() <= kWholeBelow) scroll->setMinimumHeight(least.height());
    layout->addWidget(scroll, 1);
    page_->setFocus(Qt::OtherFocusReason);
}

PageProjection::~PageProjection() { giveBack(); }

QWidget* PageProjection::makeTop() {
    auto* bar = new QFrame(this);
    bar->setProperty("role", "toolbar");
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(kPageMargin, 6, kPageMargin, 6);
    auto* title = roleLabel(page_->title(), "", bar);
    title->setFont(themeFont(FontRole::words, kProjectionTitle, FontWeight::semibold));
    auto* leave = new QPushButton(tr("Leave, Esc"), bar);
    leave->setAccessibleName(tr("Leave projector mode"));
    connect(leave, &QPushButton::clicked, this, &Projection::leaveRequested);
    row->addWidget(title);
    row->addStretch(1);
    row->addWidget(leave);
    return bar;
}

bool PageProjection::takesKey(int key) {
    if (key == Qt::Key_F5 && page_->canRun()) {
        page_->run();
        return true;
    }
    // A digit is a page's own key (a demonstration) unless it is being typed.
    const QWidget* focused = focusWidget();
    const bool typing = qobject_cast<const QLineEdit*>(focused) || qobject_cast<const QAbstractSpinBox*>(focused);
    if (typing || key < Qt::Key_1 || key > Qt::Key_9) return false;
    QKeyEvent event(QEvent::KeyPress, key, Qt::NoModifier);
    QCoreApplication::sendEvent(page_, &event);
    return event.isAccepted();
}

void PageProjection::setPlotPixels(double ratio) {
    for (Chart* chart : page_->charts()) chart->setPlotPixels(ratio);
}

void PageProjection::giveBack() {
    QWidget* place = std::exchange(place_, nullptr);
    if (!place) return;
    const int index = home_.indexOf(place);
    const bool current = home_.currentWidget() == place;
    setPlotPixels(home_.devicePixelRatioF());
    page_->setProjected(false);
    home_.removeWidget(place);
    home_.insertWidget(index, page_);
    if (current) home_.setCurrentIndex(index);
    delete place;
}

}  // namespace mantissa::ui
