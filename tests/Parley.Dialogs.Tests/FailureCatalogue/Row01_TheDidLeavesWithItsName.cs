using System.Text.RegularExpressions;
using Parley.Testing;
using Parley.Transport;
using Xunit;

namespace Parley.Dialogs.Tests.FailureCatalogue;

public class Row01_TheDidLeavesWithItsName
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_request_of_either_side_is_matched_by_the_did_alone(bool overTcp)
    {
        using var fixture = new CallFixture(static options => options.MatchMode = DialogMatchMode.DidOnly);
        if (overTcp)
        {
            fixture.Alice.Protocol = SipProtocol.Tcp; // two Record-Routes: tcp and udp
            fixture.Alice.OutboundProxy = "sip:10.0.0.1;transport=tcp;lr";
        }

        ScriptedCall call = fixture.Call();
        fixture.Run(1);
        string invite = fixture.Recorder.Find("INVITE", to: "10.0.2.1").First().Text;
        MatchCollection uris = Regex.Matches(invite, @"<sip:10\.0\.0\.1[^>]*>");
        Assert.Equal(overTcp ? 2 : 1, uris.Count);
        Assert.All(
            uris,
            uri =>
                Assert.Matches(
                    @$";lr;ftag={call.LocalTag};did={Regex.Escape(fixture.Dialog.Id.ToString())};sig=[A-Za-z0-9_-]{{16}}>$",
                    uri.Value
                )
        );
        Assert.Matches("^[0-9a-f]+[.][0-9a-f]+$", fixture.Dialog.Id.ToString());

        fixture.Events.Clear();
        call.SendRequest("INFO");
        fixture.Run(1);
        fixture.Bob.Calls[0].SendRequest("INFO");
        fixture.Run(1);
        Assert.Equal("RequestWithin INFO >, ResponseWithin 200 <, RequestWithin INFO <, ResponseWithin 200 >", fixture.Story);
    }
}
