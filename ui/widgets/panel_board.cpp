#include "widgets/panel_board.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/dimmed.h"
#include "widgets/segmented_control.h"

namespace mantissa::ui {
namespace {

/// A column: `most` px wide where there is room, never below `least` nor what its cards need; 0: takes what the others
/// leave.
class ColumnBox final : public QWidget {
  public:
    ColumnBox(int least, int most, QWidget* parent) : QWidget(parent), least_(least), most_(most) {
        if (most > 0) setMaximumWidth(most);
    }
    QSize sizeHint() const override { return {std::max(most_, minimumSizeHint().width()), minimumSizeHint().height()}; }
    QSize minimumSizeHint() const override { return QWidget::minimumSizeHint().expandedTo({least_, 0}); }

  private:
    int least_, most_;
};

}  // namespace

PanelBoard::PanelBoard(QWidget* parent) : QWidget(parent) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
}

void PanelBoard::addPanel(const Panel& panel, const PanelPlace& place) {
    panel.body->setParent(this);
    panel.body->hide();
    for (auto* widget : panel.header) {
        widget->setParent(this);
        widget->hide();
    }
    panels_.push_back({.panel = panel, .place = place, .subtitle = {}, .card = nullptr});
}

void PanelBoard::setColumnWidth(int column, int least, int most) { columnWidths_[column] = {least, most}; }

void PanelBoard::arrange(WidthClass width) {
    if (arranged_ == static_cast<int>(width)) return;
    arranged_ = static_cast<int>(width);
    releasePanels();
    content_ = new QWidget(this);
    layout()->addWidget(content_);
    if (width == WidthClass::wide)
        arrangeWide();
    else
        arrangeNarrow();
}

void PanelBoard::releasePanels() {
    // Bodies and actions live on; the cards around them go.
    for (auto& placed : panels_) {
        placed.panel.body->hide();
        placed.panel.body->setParent(this);
        for (auto* widget : placed.panel.header) {
            widget->hide();
            widget->setParent(this);
        }
        placed.card = nullptr;
    }
    for (auto& group : groups_)
        group = {.tabs = nullptr, .stack = nullptr, .card = nullptr, .tabPanels = {}, .current = group.current};
    delete content_;
    content_ = nullptr;
}

void PanelBoard::arrangeWide() {
    auto* row = new QHBoxLayout(content_);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kCardGap);
    std::map<int, QGridLayout*> columns;
    for (const auto& placed : panels_) columns[placed.place.column] = nullptr;
    for (auto& [column, grid] : columns) {
        const auto limited = columnWidths_.find(column);
        auto* box = new ColumnBox(limited == columnWidths_.end() ? 0 : limited->second.first,
                                  limited == columnWidths_.end() ? 0 : limited->second.second, content_);
        grid = new QGridLayout(box);
        grid->setContentsMargins(0, 0, 0, 0);
        grid->setSpacing(kCardGap);
        row->addWidget(box, columnWidths_.contains(column) ? 0 : 1);
    }
    for (auto& placed : panels_) {
        const PanelPlace& at = placed.place;
        auto* card = new Card(placed.panel.title, content_);
        card->setSubtitle(placed.subtitle);
        for (auto* widget : placed.panel.header) {
            card->addHeaderWidget(widget);
            widget->show();
        }
        card->addBody(placed.panel.body);
        placed.panel.body->show();
        placed.card = card;
        QGridLayout* grid = columns[at.column];
        grid->addWidget(card, at.row, at.cell, 1, at.cells);
        grid->setRowStretch(at.row, at.stretch);
        for (int cell = at.cell; cell < at.cell + at.cells; ++cell) grid->setColumnStretch(cell, 1);
    }
}

void PanelBoard::arrangeNarrow() {
    auto* row = new QHBoxLayout(content_);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kCardGap);
    for (int group = 0; group < 2; ++group) {
        auto* card = new Card({}, content_);
        fillTabs(group, card);
        row->addWidget(card, group == 0 ? 8 : 5);
    }
}

void PanelBoard::fillTabs(int group, Card* card) {
    TabGroup& tabs = groups_[group];
    tabs.card = card;
    tabs.tabs = new SegmentedControl(group == 0 ? tr("Charts") : tr("Numbers"), card);
    tabs.stack = new QStackedWidget(card);
    std::vector<SegmentedControl::Segment> segments;
    std::vector<QWidget*> actions;
    for (std::size_t i = 0; i < panels_.size(); ++i) {
        Placed& placed = panels_[i];
        if (placed.place.tabGroup != group) continue;
        const QString name = placed.panel.tab.isEmpty() ? placed.panel.title : placed.panel.tab;
        const auto same =
            std::find_if(segments.begin(), segments.end(), [&](const auto& segment) { return segment.text == name; });
        const auto tab = static_cast<int>(same - segments.begin());
        if (same == segments.end()) {
            segments.push_back({name});
            tabs.tabPanels.emplace_back();
            auto* page = new QWidget(tabs.stack);
            auto* column = new QVBoxLayout(page);
            column->setContentsMargins(0, 0, 0, 0);
            tabs.stack->addWidget(page);
        }
        static_cast<QVBoxLayout*>(tabs.stack->widget(tab)->layout())->addWidget(placed.panel.body, 1);
        placed.panel.body->show();
        placed.card = card;
        tabs.tabPanels[static_cast<std::size_t>(tab)].push_back(i);
        for (auto* widget : placed.panel.header) actions.push_back(widget);
    }
    tabs.tabs->setSegments(segments);
    card->addHeaderWidget(tabs.tabs);
    card->addHeaderStretch();
    for (auto* widget : actions) card->addHeaderWidget(widget);
    card->addBody(tabs.stack);
    connect(tabs.tabs, &SegmentedControl::chosen, this, [this, group](int tab) { showTab(group, tab); });
    showTab(group, std::clamp(tabs.current, 0, std::max(0, static_cast<int>(tabs.tabPanels.size()) - 1)));
}

void PanelBoard::showTab(int group, int tab) {
    TabGroup& tabs = groups_[group];
    if (!tabs.stack || tabs.tabPanels.empty()) return;
    tabs.current = tab;
    tabs.tabs->setCurrent(tab);
    tabs.stack->setCurrentIndex(tab);
    for (std::size_t i = 0; i < tabs.tabPanels.size(); ++i)
        for (const auto panel : tabs.tabPanels[i])
            for (auto* widget : panels_[panel].panel.header) widget->setVisible(static_cast<int>(i) == tab);
}

void PanelBoard::setTitle(const QWidget* body, const QString& title) {
    for (auto& placed : panels_) {
        if (placed.panel.body != body) continue;
        placed.panel.title = title;
        if (placed.card && arranged_ == static_cast<int>(WidthClass::wide)) placed.card->setTitle(title);
    }
}

void PanelBoard::setSubtitle(const QWidget* body, const QString& subtitle) {
    for (auto& placed : panels_) {
        if (placed.panel.body != body) continue;
        placed.subtitle = subtitle;
        if (placed.card && arranged_ == static_cast<int>(WidthClass::wide)) placed.card->setSubtitle(subtitle);
    }
}

void PanelBoard::setBusyText(const QString& text) {
    for (auto& placed : panels_)
        if (placed.card && placed.panel.result) placed.card->setBusyText(text);
}

void PanelBoard::setDimmed(bool dimmed) {
    for (auto& placed : panels_)
        if (placed.panel.result) mantissa::ui::setDimmed(*placed.panel.body, dimmed);
}

void PanelBoard::showPanel(const QWidget* body) {
    for (int group = 0; group < 2; ++group)
        for (std::size_t tab = 0; tab < groups_[group].tabPanels.size(); ++tab)
            for (const auto panel : groups_[group].tabPanels[tab])
                if (panels_[panel].panel.body == body) showTab(group, static_cast<int>(tab));
}

}  // namespace mantissa::ui
