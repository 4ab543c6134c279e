package io.micropatterns.test.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Who runs PostgreSQL's programs, which refuse to work for root.
 *
 * @param prefix what stands before a command
 * @param otherUser whether files that this user creates belong to another user than the programs'
 */
record RunAs(List<String> prefix, boolean otherUser) {

    // The user that is called nobody on Linux.
    private static final int NOBODY = 65_534;

    private static final RunAs SAME_USER = new RunAs(List.of(), false);

    private static final RunAs USER_NAMESPACE = new RunAs(List.of("unshare", "-U"), false);

    private static final RunAs NOBODY_USER =
            new RunAs(List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"), true);

    static RunAs detect() {
        if (!SAME_USER.output("id", "-u").equals("0")) {
            return SAME_USER;
        }
        for (RunAs candidate : List.of(USER_NAMESPACE, NOBODY_USER)) {
            // The programs look up their user's name, so being somebody is not enough.
            String user = candidate.output("id", "-un");
            if (!user.isEmpty() && !user.equals("root")) {
                return candidate;
            }
        }
        throw new PostgresServerException(
                "PostgreSQL does not run as root, and neither unshare nor setpriv works here: run as another user",
                null);
    }

    /**
     * Makes a directory that this user has just created usable for the user who runs the programs.
     */
    void handOver(Path directory) throws IOException {
        if (otherUser) {
            Files.setAttribute(directory, "unix:uid", NOBODY, LinkOption.NOFOLLOW_LINKS);
        }
    }

    List<String> command(String... command) {
        List<String> all = new ArrayList<>(prefix);
        all.addAll(List.of(command));
        return all;
    }

    private String output(String... command) {
        try {
            Process process = new ProcessBuilder(command(command))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? output.trim() : "";
        } catch (IOException ex) {
            return "";
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
