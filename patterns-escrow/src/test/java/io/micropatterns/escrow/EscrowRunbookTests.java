package io.micropatterns.escrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataIntegrityViolationException;

/** The SQL of the runbook, as its page has it. */
class EscrowRunbookTests extends OnItsOwnDatabase {

    private static final Path PAGE = Path.of("..", "docs", "escrow.md");
    private static final Pattern SQL = Pattern.compile("^```sql\\R(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    @Test
    void allOfItRunsAndLeavesWhatAgrees() throws IOException {
        resources.create("bed", 10);
        Reservation held = escrow.reserve("bed", 3);
        List<String> statements = statements();
        assertThat(statements).hasSize(4);
        statements.forEach(database.jdbc()::execute);

        assertThat(resources.verify()).isEmpty();
        assertThat(resources.find("bed")).contains(new Resource("bed", 15, 12, 3, 0, 1));
        assertThat(escrow.find(held.id()).orElseThrow().expiresAt()).isAfter(held.expiresAt());
    }

    @Test
    void stockIsMadeToAgreeWithItsReservations() throws IOException {
        resources.create("bed", 10, 2);
        resources.create("chair", 10);
        resources.create("table", 10);
        escrow.confirm(escrow.reserve("bed", 2).id());
        escrow.confirm(escrow.reserve("chair", 4).id());
        escrow.reserve("chair", 1);
        database.jdbc().update("update patterns_escrow_stock set held = held + 2, available = available - 2");
        database.jdbc().update("delete from patterns_escrow_hold where resource = 'chair' and state = 'C'");
        assertThat(resources.verify()).hasSize(4);

        database.jdbc().execute(repair());
        assertThat(resources.verify()).isEmpty();
        assertThat(resources.find("bed")).contains(new Resource("bed", 10, 8, 0, 2, 2));
        assertThat(resources.find("chair")).contains(new Resource("chair", 10, 9, 1, 0, 1));
        assertThat(resources.find("table")).contains(new Resource("table", 10, 10, 0, 0, 1));
    }

    @Test
    void stockIsNotMadeToAgreeWithMoreReservationsThanThereIs() throws IOException {
        resources.create("bed", 3);
        escrow.reserve("bed", 3);
        database.jdbc().update("update patterns_escrow_hold set quantity = 4");
        String repair = repair();
        assertThatExceptionOfType(DataIntegrityViolationException.class)
                .isThrownBy(() -> database.jdbc().execute(repair));

        database.jdbc().update("update patterns_escrow_stock set total = total + 1, available = available + 1");
        database.jdbc().execute(repair);
        assertThat(resources.verify()).isEmpty();
    }

    private static String repair() throws IOException {
        return statements().stream()
                .filter(statement -> statement.startsWith("-- Makes the stock agree"))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> statements() throws IOException {
        return SQL.matcher(Files.readString(PAGE))
                .results()
                .map(block -> block.group(1))
                .toList();
    }
}
