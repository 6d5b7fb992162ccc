using System.Buffers;
using System.Text;
using System.Text.Json;
using Parley.Testing;
using Xunit;

namespace Parley.Dialogs.Tests.CallRecordTests;

/// <summary>The record of a call whose proxy was started anew meanwhile.</summary>
public sealed class RestoreTests
{
    [Fact]
    public void A_call_that_comes_back_has_the_record_that_it_would_have_had()
    {
        CallRecord expected = Record(withRestart: false, out _),
            restored = Record(withRestart: true, out _);
        Assert.Equal(expected with { Values = [] }, restored with { Values = [] });
        Assert.Equal(TimeSpan.FromMilliseconds(1002), restored.SetupTime);
    }

    [Fact]
    public void Without_a_track_in_its_row_the_record_has_what_the_row_says()
    {
        using var fixture = new CallRecordFixture();
        Answering(fixture);
        fixture.Calls.Call();
        fixture.Calls.Run(10);
        Dialog before = fixture.Calls.Dialog;
        DialogRecord whole = DialogRecords.Of(before, before.Module.Profiles);
        var row = new DialogRecord(whole.Id, new DialogRecordTexts { CallId = whole[DialogColumn.CallId], ToTag = "t"u8 })
        {
            State = whole.State,
            StartTime = whole.StartTime,
            Timeout = whole.Timeout,
        };
        using var next = new CallRecordFixture();
        next.Calls.Clock.RunFor(TimeSpan.FromSeconds(30));
        Dialog back = DialogRecords.Restore(before.Module, before.Module.Table, before.Module.Profiles, row, null, null);
        CallTrack track = back.Tracking.Track!;
        Assert.Equal((row.StartTime * 1000, row.StartTime * 1000, 200), (track.Start, track.Answer, track.StatusCode));
        Assert.Empty(track.Source);
    }

    [Fact]
    public void An_intermediate_record_that_fell_into_the_time_away_is_made_at_once_and_the_numbers_go_on()
    {
        var records = new CallRecords(new CallRecordOptions { IntermediateInterval = TimeSpan.FromMinutes(5) }, null);
        const long answer = 1_000_000;
        Assert.Equal(0, records.NumberAt(answer, answer + 299_999));
        Assert.Equal(1, records.NumberAt(answer, answer + 300_000));
        Assert.Equal(3, records.NumberAt(answer, answer + 1_199_999));
        Assert.Equal(0, records.NumberAt(answer, answer - 5)); // the clock was set back
        Assert.Equal(0, records.NumberAt(0, answer));
    }

    [Theory]
    [InlineData(
        """{"start":1764515045123,"ring":1764515046000,"answer":1764515047000,"ruri":"sip:b@c","source":"udp:1.2.3.4:5","target":"tcp:[::1]:6","target_uri":"sip:ü@d"}"""
    )]
    [InlineData("""{"start":1764515045123}""")]
    public void A_track_is_written_and_read_back(string json)
    {
        CallTrack track = Read(json)!;
        Assert.Equal(json, Write(track));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""[1,{"start":5}]""")]
    [InlineData("17")]
    [InlineData("""{"start":"x"}""")]
    [InlineData("""{"start":-4}""")]
    [InlineData("""{"start":1e400}""")]
    [InlineData("""{"start":999999999999999999}""")]
    public void What_is_no_track_is_none(string json) => Assert.Null(Read(json));

    [Fact]
    public void What_is_not_known_in_a_track_is_passed_over() =>
        Assert.Equal(
            """{"start":5,"source":"udp:1.2.3.4:5"}""",
            Write(Read("""{"new":{"a":[1]},"start":5,"ring":"x","ruri":7,"target":{"a":{}},"source":"udp:1.2.3.4:5"}""")!)
        );

    private static CallRecord Record(bool withRestart, out string json)
    {
        using var fixture = new CallRecordFixture();
        Answering(fixture);
        ScriptedCall call = fixture.Calls.Call();
        fixture.Calls.Run(10);
        Dialog dialog = fixture.Calls.Dialog;
        lock (dialog.Lock)
        {
            json = Write(dialog.Tracking.Track!);
            if (withRestart)
                dialog.RestoreTracking(Read(json));
        }

        call.Bye();
        fixture.Calls.Run(1);
        return Assert.Single(fixture.Ended);
    }

    private static void Answering(CallRecordFixture fixture) =>
        fixture.Calls.Bob.OnInvite = static call =>
        {
            call.RingAfter(TimeSpan.FromSeconds(1));
            call.AnswerAfter(TimeSpan.FromSeconds(4));
        };

    private static string Write(CallTrack track)
    {
        var text = new ArrayBufferWriter<byte>();
        using (
            var json = new Utf8JsonWriter(
                text,
                new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
            )
        )
            CallTrackJson.Write(json, track);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <summary>As a value within an object, so that the place where the reader is left counts.</summary>
    private static CallTrack? Read(string value)
    {
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes($$"""{"call":{{value}},"last":1}"""));
        json.Read();
        json.Read();
        json.Read();
        CallTrack? track = CallTrackJson.Read(ref json);
        Assert.True(json.Read());
        Assert.True(json.ValueTextEquals("last"u8));
        return track;
    }
}
