package io.micropatterns.test;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.PullResponseItem;
import java.util.concurrent.TimeUnit;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.utility.DockerImageName;

/**
 * Gets the images of containers. Testcontainers would do so by itself, but repeats a pull that fails for minutes, for
 * which nobody who has Docker but no network should wait.
 */
public final class ContainerImages {

    private static final int PULL_TIMEOUT_MINUTES = 10;

    private ContainerImages() {}

    /**
     * Pulls an image unless the Docker engine has it. Blocks for as long as that takes, at most
     * {@value #PULL_TIMEOUT_MINUTES} minutes.
     *
     * @param image the image
     * @throws IllegalStateException when it cannot be had
     */
    public static void require(DockerImageName image) {
        DockerClient client = DockerClientFactory.instance().client();
        String name = image.asCanonicalNameString();
        try {
            client.inspectImageCmd(name).exec();
        } catch (NotFoundException missing) {
            pull(client, image);
        }
    }

    private static void pull(DockerClient client, DockerImageName image) {
        try {
            boolean complete = client.pullImageCmd(image.getUnversionedPart())
                    .withTag(image.getVersionPart())
                    .exec(new ResultCallback.Adapter<PullResponseItem>())
                    .awaitCompletion(PULL_TIMEOUT_MINUTES, TimeUnit.MINUTES);
            if (!complete) {
                throw new IllegalStateException(
                        "Pulling " + image + " takes more than " + PULL_TIMEOUT_MINUTES + " minutes");
            }
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while pulling " + image, ex);
        } catch (RuntimeException ex) {
            throw new IllegalStateException("The image " + image + " cannot be pulled: " + ex.getMessage(), ex);
        }
    }
}
