import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.regex.Pattern;

/** Production code: a token of the machine's identity, an endpoint of Azure's, and a chain of two turns. */
class Chat {
    static final HttpClient CLIENT = HttpClient.newHttpClient();

    public static void main(String[] given) throws Exception {
        String identity = System.getenv("IDENTITY_ENDPOINT") + "?resource=https://cognitiveservices.azure.com&api-version=2019-08-01";
        String header = System.getenv("IDENTITY_HEADER");
        String token = field("access_token", sent(HttpRequest.newBuilder(URI.create(identity)).header("X-IDENTITY-HEADER", header)));
        String first = field("id", ask(token, "{\"model\": \"gpt-4o\", \"input\": \"Summarise the plot of Dune.\"}"));
        String more = "{\"model\": \"gpt-4o\", \"previous_response_id\": \"" + first + "\", \"input\": \"Why is spice so valuable?\"}";
        if (!first.equals(field("previous_response_id", ask(token, more)))) throw new IllegalStateException("not chained");
        System.out.println("completed " + first);
    }

    static String ask(String token, String body) throws Exception {
        URI place = URI.create("https://my-resource.openai.azure.com/openai/v1/responses?api-version=preview");
        return sent(HttpRequest.newBuilder(place).header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    static String sent(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) throw new IllegalStateException(answer.body());
        return answer.body();
    }

    static String field(String name, String body) {
        var found = Pattern.compile("\"" + name + "\": *\"([^\"]*)\"").matcher(body);
        if (!found.find()) throw new IllegalStateException("no " + name + " in " + body);
        return found.group(1);
    }
}
