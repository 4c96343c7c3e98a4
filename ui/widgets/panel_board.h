#pragma once

#include <QWidget>
#include <map>
#include <utility>
#include <vector>

#include "pages/page.h"

class QStackedWidget;

namespace mantissa::ui {

class Card;
class SegmentedControl;

/// A panel: what a card shows, apart from the card, so that it can move between a card of its own and a tab.
struct Panel {
    QString title;
    QString tab;  ///< of its tab; panels of one name share a tab; empty: the title
    QWidget* body = nullptr;
    std::vector<QWidget*> header;  ///< actions right of the title
    bool result = true;            ///< shows what a run gives: busy texts and dimming are for these
};

/// Where a panel stands: in one of the columns of the wide layout (each with rows of its own), and in a tab group (0
/// left, 1 right) of the narrow one.
struct PanelPlace {
    int column = 0;
    int row = 0;
    int cell = 0;     ///< from the left, in a row of the column
    int cells = 1;    ///< how many cells of the row it takes
    int stretch = 1;  ///< of its row; 0: as high as it asks for
    int tabGroup = 0;
};

/// Shows panels as a grid of cards when wide, as two cards with tabs when narrow.
class PanelBoard final : public QWidget {
    Q_OBJECT

  public:
    explicit PanelBoard(QWidget* parent = nullptr);

    // Cards share the height that the page has; none of them asks for more than it needs at least.
    bool hasHeightForWidth() const override { return false; }
    QSize sizeHint() const override { return minimumSizeHint(); }

    void addPanel(const Panel& panel, const PanelPlace& place);
    /// A column of the wide layout that is `most` px wide where there is room and never less than `least`; others share
    /// the rest.
    void setColumnWidth(int column, int least, int most);
    /// Call once all panels are there, and when the window changes.
    void arrange(WidthClass width);

    void setTitle(const QWidget* body, const QString& title);
    void setSubtitle(const QWidget* body, const QString& subtitle);
    void setBusyText(const QString& text);
    /// Draws results pale: they belong to something that is no longer chosen.
    void setDimmed(bool dimmed);
    /// Brings a panel to the front where panels are tabs.
    void showPanel(const QWidget* body);

  private:
    struct Placed {
        Panel panel;
        PanelPlace place;
        QString subtitle;
        Card* card = nullptr;
    };
    void releasePanels();
    void arrangeWide();
    void arrangeNarrow();
    void fillTabs(int group, Card* card);
    void showTab(int group, int tab);

    struct TabGroup {
        SegmentedControl* tabs = nullptr;
        QStackedWidget* stack = nullptr;
        Card* card = nullptr;
        std::vector<std::vector<std::size_t>> tabPanels;  ///< a tab's panels
        int current = 0;
    };

    std::vector<Placed> panels_;
    std::map<int, std::pair<int, int>> columnWidths_;  ///< least and most
    TabGroup groups_[2];
    QWidget* content_ = nullptr;
    int arranged_ = -1;
};

}  // namespace mantissa::ui
