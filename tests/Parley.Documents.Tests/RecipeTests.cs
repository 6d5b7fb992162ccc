using Parley.Testing;
using Xunit;

namespace Parley.Documents.Tests;

/// <summary>The recipes do what their text says, beyond carrying one call.</summary>
public class RecipeTests
{
    private const string Page = "docs/guide/recipes.md";

    [Fact]
    public void The_number_decides_where_a_call_goes_and_the_trunk_is_for_one_network()
    {
        using SnippetFixture fixture = SnippetRunner.Run(
            SnippetRunner.Find(Page, "The number that was dialled"),
            play =>
            {
                Assert.Equal(200, play.Call("0049301234").Status);
                Assert.Equal(200, play.Call("+49305678").Status);
                Assert.Equal(200, play.Call("123").Status);
                Assert.Equal(404, play.Call("bob").Status);
                Assert.Equal(404, play.Call("00%3Babc").Status);
                var stranger = new ScriptedUserAgent(play.Network.AddHost("198.51.100.7"), "mallory")
                {
                    OutboundProxy = $"sip:{play.Proxy};lr",
                };
                ScriptedCall refused = stranger.Invite($"sip:00900123@{play.Proxy}");
                play.Network.Clock.RunFor(TimeSpan.FromMinutes(1));
                Assert.Equal(403, refused.Status);
            }
        );
        Assert.Equal(["sip:+49301234@192.0.2.20", "sip:+49305678@192.0.2.20"], Invites(fixture, "192.0.2.20"));
        Assert.Equal(["sip:123@192.0.2.10"], Invites(fixture, "192.0.2.10"));
        Assert.Empty(fixture.Complaints);
    }

    [Fact]
    public void The_registrar_brings_a_call_to_the_phone_that_registered()
    {
        using SnippetFixture fixture = SnippetRunner.Run(
            SnippetRunner.Find(Page, "A registrar"),
            play =>
            {
                Assert.Equal(404, play.Call("bob").Status);
                Assert.Equal(200, play.Ask(play.Bob, "REGISTER", $"sip:{play.Proxy}"));
                Assert.Equal(CallEnd.LocalBye, play.Call("bob").End);
                Assert.Single(play.Bob.Calls);
            }
        );
        Assert.Empty(fixture.Complaints);
    }

    [Theory]
    [InlineData("sip:127.0.0.1:5070\n", 200)]
    [InlineData(null, 404)]
    [InlineData("not a URI", 503)]
    public void The_HTTP_service_decides_where_a_call_goes(string? answer, int status)
    {
        Uri? asked = null;
        using SnippetFixture fixture = SnippetRunner.Run(
            SnippetRunner.Find(Page, "Asking an HTTP service"),
            play =>
            {
                Assert.Equal(status, play.Call("bob").Status);
                asked = Assert.Single(play.Http.Requests);
            },
            before =>
            {
                before.Http.Answer = _ => answer;
                before.Http.Delay = TimeSpan.FromMilliseconds(700);
            }
        );
        Assert.Equal("http://127.0.0.1:8080/target?user=bob", asked!.AbsoluteUri);
        Assert.Empty(fixture.Complaints);
    }

    [Fact]
    public void A_caller_that_hangs_up_while_the_HTTP_service_is_asked_gets_487_and_nothing_is_sent_on()
    {
        using SnippetFixture fixture = SnippetRunner.Run(
            SnippetRunner.Find(Page, "Asking an HTTP service"),
            play =>
            {
                ScriptedCall call = play.Alice.Invite($"sip:bob@{play.Proxy}");
                call.CancelAfter(TimeSpan.FromSeconds(1));
                play.Network.Clock.RunFor(TimeSpan.FromMinutes(1));
                Assert.Equal((CallEnd.Cancelled, 487), (call.End, call.Status));
            },
            static before => before.Http.Delay = TimeSpan.FromSeconds(5)
        );
        Assert.Empty(fixture.Callees["127.0.0.1:5070"].Calls);
        Assert.Empty(fixture.Complaints);
    }

    [Fact]
    public void A_call_outlives_the_program_by_the_store_of_the_recipe()
    {
        string file = Path.Combine(TestFolder.ForTest("recipe"), "dialogs.txt");
        Snippet block = SnippetRunner.Find(Page, "A store of one's own");
        block = block with { Text = block.Text.Replace("\"dialogs.txt\"", $"\"{file}\"", StringComparison.Ordinal) };
        using (SnippetFixture first = SnippetRunner.Run(block, static play => Talk(play)))
            Assert.Empty(first.Complaints);
        Assert.Single(File.ReadAllLines(file));

        long loaded = 0;
        using (SnippetFixture second = SnippetRunner.Run(block, play => loaded = play.Dialogs.Statistics.ActiveDialogs))
            Assert.Empty(second.Complaints);
        Assert.Equal(1, loaded);
    }

    [Fact]
    public void The_observer_of_the_recipe_tells_times_and_branches()
    {
        TextWriter before = Console.Out;
        using var output = new StringWriter();
        Console.SetOut(output);
        try
        {
            using SnippetFixture fixture = SnippetRunner.Run(
                SnippetRunner.Find(Page, "An observer of the relay"),
                static play => play.Call("bob")
            );
        }
        finally
        {
            Console.SetOut(before);
        }
        Assert.Matches(@"180 after \d ms, 1 branches\n200 after 200\d ms, 1 branches\n", output.ToString());
    }

    [Fact]
    public void The_callback_that_hands_over_writes_a_line_per_call()
    {
        Snippet block = SnippetRunner.Find(Page, "What must not block");
        string file = Path.Combine(TestFolder.ForTest("recipe"), "calls.csv");
        using SnippetFixture fixture = SnippetRunner.Run(
            block with
            {
                Text = block.Text.Replace("\"calls.csv\"", $"\"{file}\"", StringComparison.Ordinal),
            },
            static play =>
            {
                play.Call("bob");
                play.Call("bob");
            }
        );
        string[] lines = File.ReadAllLines(file);
        Assert.Equal(2, lines.Length);
        Assert.EndsWith(";Downstream BYE", lines[0], StringComparison.Ordinal);
    }

    private static IEnumerable<string> Invites(SnippetFixture fixture, string host) =>
        fixture.Callees[host].Calls.Select(static c => c.Invite!.RequestUri);

    private static void Talk(SnippetFixture play)
    {
        ScriptedCall call = play.Alice.Invite($"sip:bob@{play.Proxy}");
        play.Network.Clock.RunFor(TimeSpan.FromMinutes(1));
        Assert.Equal(CallState.Established, call.State);
    }
}
