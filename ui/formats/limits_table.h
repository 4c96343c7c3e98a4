#pragma once

#include <QTableView>

#include "charts/chart_table.h"

class QMenu;
class QSortFilterProxyModel;

namespace mantissa::ui {

class FormatsSession;
class LimitsModel;

/// The limits of the formats shown: sorted by a click on a title, copied with Ctrl+C, saved as CSV. A click selects the
/// format.
class LimitsTable final : public QTableView {
    Q_OBJECT

  public:
    explicit LimitsTable(FormatsSession& formats, QWidget* parent = nullptr);

    /// In the order shown, numbers with as many digits as read back.
    DataTable table() const;
    /// Copy as TSV, Markdown or CSV, save as CSV.
    void fillMenu(QMenu& menu);
    /// Writes the table: comma-separated for ".csv", Markdown for ".md", else tab-separated. The error text, or empty.
    QString save(const QString& path) const;

    QSize minimumSizeHint() const override;
    QSize sizeHint() const override { return minimumSizeHint(); }

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    void follow();
    void layOutColumns();
    void chooseFile();

    FormatsSession& formats_;
    LimitsModel* model_;
    QSortFilterProxyModel* sorted_;
};

}  // namespace mantissa::ui
